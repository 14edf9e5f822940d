"""A mail server of a test's own that takes a mail after STARTTLS and a password only, with its own certificate."""

from __future__ import annotations

import base64
import datetime as dt
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass
class MailServer:
    """Where it listens, the certificate to trust, and what it was told, in order."""

    port: int
    certificate: Path
    commands: list[str] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)


@contextmanager
def mail_server(folder: Path) -> Iterator[MailServer]:
    """A server on `localhost`, as long as the block lasts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate = _certificate(folder)
    context.load_cert_chain(certificate)

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            self.say("220 localhost")
            safe = False
            while line := self.rfile.readline().decode().strip():
                word = line.split()[0].upper()
                told.commands.append(f"{word}{' (safe)' if safe else ''}")
                if word == "EHLO":
                    self.wfile.write(
                        b"250-localhost\r\n250 AUTH PLAIN\r\n" if safe else b"250-localhost\r\n250 STARTTLS\r\n"
                    )
                elif word == "STARTTLS":
                    self.say("220 go on")
                    self.connection = context.wrap_socket(self.connection, server_side=True)
                    self.rfile, self.wfile, safe = (
                        self.connection.makefile("rb"),
                        self.connection.makefile("wb", 0),
                        True,
                    )
                elif word == "AUTH":
                    told.commands.append(base64.b64decode(line.split()[2]).decode().replace("\0", "/"))
                    self.say("235 welcome")
                elif word == "DATA":
                    self.say("354 go on")
                    lines = list(iter(lambda: self.rfile.readline().decode().rstrip("\r\n"), "."))
                    told.mails.append("\n".join(lines))
                    self.say("250 taken")
                elif word == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")

    class Quiet(socketserver.TCPServer):
        def handle_error(self, *_: object) -> None:
            """A client that does not trust the certificate goes away."""

    with Quiet(("127.0.0.1", 0), Handler) as server:
        told = MailServer(server.server_address[1], certificate)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield told
        finally:
            server.shutdown()
            thread.join()


def _certificate(folder: Path) -> Path:
    """Key and certificate of `localhost` in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    begin = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + dt.timedelta(days=3))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "localhost.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path
