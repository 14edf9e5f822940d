"""The ways by which an alert leaves the machine: a robot of a chat program, a mail server. Standard library alone."""

from __future__ import annotations

import json
import smtplib
import ssl
import urllib.request
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path

from assets.environment import Ways

SECONDS = 10
"""Patience with a server: the next alert must not wait for a dead one."""


def deliver(ways: Ways, text: str) -> tuple[list[str], list[str]]:
    """Send a text by every configured way; returns those that took it, and of the others why not.

    Why not is the class of the error and what the server said in a number: an address holds a key, a text could.
    """
    sent, troubles = [], []
    for name, wanted, way in (("webhook", ways.webhook, _webhook), ("mail", ways.host, _mail)):
        if not wanted:
            continue
        try:
            way(ways, text)
            sent.append(name)
        except Exception as error:  # whatever a server does must not hide the other ways
            number = getattr(error, "code", None) or getattr(error, "smtp_code", None) or getattr(error, "errno", None)
            troubles.append(f"{name}: {type(error).__name__}{f' {number}' if number else ''}")
    return sent, troubles


class Refused(Exception):
    """A robot answered that it did not take the message; `code` is its number."""

    def __init__(self, code: object) -> None:
        super().__init__(f"errcode {code}")
        self.code = code


def _webhook(ways: Ways, text: str) -> None:
    """The body that the robots of 企业微信 and 钉钉 accept; both answer 200 with an errcode of their own."""
    if not ways.webhook.lower().startswith(("https://", "http://")):
        raise ValueError("no address")
    body = json.dumps({"msgtype": "text", "text": {"content": text}}, ensure_ascii=False).encode()
    request = urllib.request.Request(
        ways.webhook, data=body, headers={"Content-Type": "application/json; charset=utf-8"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        said = answer.read(4096)
    try:
        code = json.loads(said).get("errcode", 0)
    except (ValueError, AttributeError):
        return  # not a robot, but it took it
    if code:
        raise Refused(code)


def _mail(ways: Ways, text: str) -> None:
    """One mail; never without TLS. The certificate is checked (SSL_CERT_FILE names that of a house of its own)."""
    message = EmailMessage()
    message["From"], message["To"] = ways.sender, ways.recipients
    message["Subject"] = text.splitlines()[0]
    message["Message-ID"] = make_msgid(domain="kongchuo.invalid")
    message.set_content(text)
    port = int(ways.port or 587)
    context = ssl.create_default_context()
    if port == 465:
        server: smtplib.SMTP = smtplib.SMTP_SSL(ways.host, port, timeout=SECONDS, context=context)
    else:
        server = smtplib.SMTP(ways.host, port, timeout=SECONDS)
    with server:
        if port != 465:
            server.starttls(context=context)
        if ways.user:
            password = Path(ways.password_file).read_text(encoding="utf-8").strip()
            server.login(ways.user, password)
        server.send_message(message)
