"""The bytes of a delivered file, read once, and their hash (spec 2.1)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from pipelines.landing.readers import read_file
from pipelines.landing.readers.raw_file import RawFile
from pipelines.landing.scan import LandedFile, LandingError
from schemas.sources import Source

_MIB = 1024 * 1024


@dataclass(frozen=True)
class Contents:
    """`content` is None for a file over the size limit, which is hashed only."""

    file: LandedFile
    sha256: str
    content: bytes | None

    def read(self, source: Source) -> RawFile:
        """The file as text; refused when it is too large or its reader cannot make sense of it."""
        if self.content is None:
            message = f"the file has {self.file.size // _MIB} MiB, more than delivery.max_file_mib allows"
            return RawFile.refused("unreadable", message)
        return read_file(source, self.file.extension, self.content)


def open_file(file: LandedFile, max_mib: int) -> Contents:
    """Open a file, once. Raises LandingError when the system does not let us."""
    try:
        if file.size > max_mib * _MIB:
            with file.path.open("rb") as handle:
                return Contents(file, hashlib.file_digest(handle, "sha256").hexdigest(), None)
        content = file.path.read_bytes()
    except OSError as error:
        raise LandingError(
            f"The delivery {file.path} cannot be opened ({error.strerror}); "
            "let the night's user read it, or take it away, and run again."
        ) from error
    return Contents(file, hashlib.sha256(content).hexdigest(), content)
