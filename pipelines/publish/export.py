"""The restricted workbooks of a county, copied out of a published night, encrypted, and logged (spec 6.3)."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipelines.errors import KongchuoError
from pipelines.publish import export_log
from pipelines.publish.export_log import Exported, Occasion
from pipelines.publish.folder import MEETING, RESTRICTED, published_root
from pipelines.publish.sealing import Seal


@dataclass(frozen=True)
class Sent:
    """A file that was written, and what the log says of it."""

    path: Path
    entry: Exported


def export(
    home: Path, night: Path, as_of: date, unit: str, out: Path, seal: Seal, occasion: Occasion, *, masked: bool
) -> list[Sent]:
    """Write the workbooks of a unit (six digits) into `out`, each for its owner alone, under names with code and night.

    What cannot be logged is not handed over. Raises KongchuoError where the night has no such workbooks or `out` cannot
    be written.
    """
    sources = _workbooks(night, as_of, unit, masked=masked)
    if published_root(home).resolve() in (out.resolve(), *out.resolve().parents):
        raise KongchuoError(
            f"The folder {out} lies among the published nights, which never change; give another --out."
        )
    written: list[tuple[Path, Path]] = []
    try:
        for missing in (*reversed([above for above in out.parents if not above.exists()]), out):
            missing.mkdir(mode=0o700, exist_ok=True)
        for source in sources:
            path = out / f"{source.stem}_{unit}_{as_of}{source.suffix}{seal.suffix}"
            part = path.with_name(f".{path.name}.part")
            written.append((part, path))
            _write(part, seal.close(source.read_bytes()))
        extent: export_log.Extent = "masked" if masked else "full"
        sent = [
            Sent(path, export_log.exported_file(part, "workbook", as_of, unit, extent, seal.name, path.name))
            for part, path in written
        ]
        export_log.append(home, occasion, [one.entry for one in sent])
        for part, path in written:
            part.replace(path)
        return sent
    except OSError as error:
        raise KongchuoError(
            f"The folder {out} cannot be written ({error.strerror}); give a folder that you may write to with --out."
        ) from error
    finally:
        for part, _ in written:
            with suppress(OSError):
                part.unlink(missing_ok=True)


def _workbooks(night: Path, as_of: date, unit: str, *, masked: bool) -> list[Path]:
    """The full or the masked copies; the province has some only where a case lies in no county."""
    reports = night / "reports"
    folder = reports / unit / RESTRICTED
    if unit.endswith("0000"):
        folder = reports / RESTRICTED
    try:
        found = sorted(path for path in folder.iterdir() if path.stem.endswith(MEETING) == masked)
    except FileNotFoundError:
        found = []
    except OSError as error:
        raise KongchuoError(f"The workbooks in {folder} may not be read by this user ({error.strerror}).") from error
    if not found:
        raise KongchuoError(
            f"The night {as_of} has no restricted workbooks of {unit}; give a county with --county, "
            "or run the night again where it was published by an older version."
        )
    return found


def _write(path: Path, data: bytes) -> None:
    """A new file with its mode before its contents."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, 0o600)
        file.write(data)
