"""Encryption of what leaves the house (spec 6.3): a password that Excel and WPS ask for, or age for holders of keys."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import KongchuoError
from pipelines.publish.export_log import Encryption

MIN_PASSWORD = 12
AGE_SUFFIX = ".age"


@dataclass(frozen=True)
class Seal:
    """How files are encrypted: with a password, for age recipients, or not at all."""

    password: str = ""
    recipients: tuple[str, ...] = ()

    @property
    def name(self) -> Encryption:
        """As the log of exports says it."""
        return "password" if self.password else "age" if self.recipients else "none"

    @property
    def suffix(self) -> str:
        """What it adds to the name of a file."""
        return AGE_SUFFIX if self.recipients else ""

    def close(self, plain: bytes) -> bytes:
        """The encrypted bytes of a workbook; a workbook with a password stays a workbook."""
        if self.password:
            return _with_password(plain, self.password)
        return _for_recipients(plain, self.recipients) if self.recipients else plain


def seal_from_password_file(path: Path) -> Seal:
    """A password from the one line of a file that nobody else may read; it never stands on a command line.

    Raises KongchuoError that says what is wrong with the file, never what stands in it.
    """
    try:
        mode, text = path.stat().st_mode, path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise KongchuoError(
            f"The password file {path} cannot be read; give a text file with one line in --password-file."
        ) from error
    if mode & 0o077:
        raise KongchuoError(f"The password file {path} may be read by others; run `chmod 600 {path}` first.")
    password = text.rstrip("\r\n")
    if "\n" in password or "\r" in password:
        raise KongchuoError(f"The password file {path} has more than one line; leave the password alone in it.")
    if not password.strip():
        raise KongchuoError(
            f"The password file {path} is empty; write a password of {MIN_PASSWORD} characters into it."
        )
    if password != password.strip():
        raise KongchuoError(f"The password in {path} begins or ends with a space, which nobody sees; take it away.")
    if len(password) < MIN_PASSWORD:
        raise KongchuoError(
            f"The password in {path} has fewer than {MIN_PASSWORD} characters; "
            "a short one is guessed in hours by whoever gets the file."
        )
    return Seal(password=password)


def seal_for(recipients: Sequence[str]) -> Seal:
    """For the holders of some age keys (`age1…`); raises KongchuoError for what is none."""
    from pyrage import RecipientError, x25519

    for recipient in recipients:
        try:
            x25519.Recipient.from_str(recipient)
        except RecipientError as error:
            # What was given may be a secret key by mistake: it is not repeated.
            raise KongchuoError(
                "A value of --age-recipient is no public key of age; give what `age-keygen` prints as "
                "`Public key: age1…`."
            ) from error
    return Seal(recipients=tuple(recipients))


def _with_password(plain: bytes, password: str) -> bytes:
    """ECMA-376 agile encryption (AES-256, 100,000 rounds of SHA-512): Excel, WPS and LibreOffice ask for it."""
    from msoffcrypto.format.ooxml import OOXMLFile

    out = io.BytesIO()
    OOXMLFile(io.BytesIO(plain)).encrypt(password, out)
    return out.getvalue()


def _for_recipients(plain: bytes, recipients: Sequence[str]) -> bytes:
    import pyrage

    sealed: bytes = pyrage.encrypt(plain, [pyrage.x25519.Recipient.from_str(recipient) for recipient in recipients])
    return sealed
