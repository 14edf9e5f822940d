"""The bytes of a delivered file, read once, and their hash (spec 2.1)."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass

from pipelines.landing.readers import Limits, RawFile, read_file
from pipelines.landing.scan import LandedFile, signature, unreachable
from schemas.sources import Source


@dataclass
class Contents:
    """`content` is None for a file over the size limit, which is hashed only."""

    file: LandedFile
    sha256: str
    content: bytes | None

    def read(self, source: Source, limits: Limits) -> RawFile:
        """The file as text, once; refused when it is too large or its reader cannot make sense of it."""
        if self.content is None:
            size, limit = (number // (1024 * 1024) for number in (self.file.size, limits.file_bytes))
            return RawFile.refused("unreadable", f"the file has {size} MiB, more than {limit} (delivery.max_file_mib)")
        # The bytes are handed over: a province's registry is a gigabyte, as is its text.
        content, self.content = self.content, None
        return read_file(source, self.file.extension, content, limits)


def open_file(file: LandedFile, limits: Limits) -> Contents | None:
    """Open a file, once; None when it is no longer what was found when the folder was listed: it is being written.

    Raises LandingError when the system does not let us.
    """
    try:
        with file.path.open("rb") as handle:
            if file.size > limits.file_bytes:
                contents = Contents(file, hashlib.file_digest(handle, "sha256").hexdigest(), None)
            else:
                content = handle.read()
                contents = Contents(file, hashlib.sha256(content).hexdigest(), content)
            return contents if signature(os.fstat(handle.fileno())) == file.signature else None
    except FileNotFoundError as error:
        # A file may be renamed while it is written; with the folder of its day gone, the whole mount is.
        if not file.path.parent.is_dir():
            raise unreachable(file.path.parent, error) from error
        return None
    except OSError as error:
        raise unreachable(f"The delivery {file.path}", error) from error
