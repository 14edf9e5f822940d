"""The folder of a published night: written aside, then there in one step; `current` follows the newest night.

`published/<D>` and `published/current` are links. A night's real folder stands in `published/.nights/<D>.<run>` and
never changes; publishing swaps the link, so a reader who has a file open keeps it and nobody sees half a night.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path

from pipelines.errors import KongchuoError

STORE = ".nights"
CURRENT = "current"
RESTRICTED = "restricted"
"""Name of the folders among the reports that hold children: never opened to anyone (spec 6.3)."""
MEETING = "_会议用"
"""How the name of a masked copy for meetings ends."""
PUBLIC = ("report.duckdb", "history.duckdb", "reports", "data")
"""What of a night anyone may read, but for the folders `restricted` in it."""
_NIGHT = re.compile(r"\d{4}-\d{2}-\d{2}")


def published_root(home: Path) -> Path:
    """The folder of all published nights."""
    return home / "published"


def nights(home: Path) -> list[dt.date]:
    """Published nights in order; empty where nothing was published yet."""
    root = published_root(home)
    if not root.is_dir():
        return []
    return sorted(dt.date.fromisoformat(p.name) for p in root.iterdir() if _NIGHT.fullmatch(p.name) and p.exists())


def new_folder(home: Path, as_of: dt.date) -> Path:
    """An empty folder for the night, not visible to readers; what an earlier broken run left behind is removed."""
    store = published_root(home) / STORE
    try:
        for path in (store.parent, store):
            if not path.exists():
                path.mkdir(parents=True)
                path.chmod(0o755)  # whoever may write here could show another night
        for left in store.glob(f"{as_of}.*.part"):
            shutil.rmtree(left, ignore_errors=True)
        number = 1 + max(
            (int(p.name.split(".")[1]) for p in store.glob(f"{as_of}.*") if p.name.split(".")[1].isdigit()), default=0
        )
        folder = store / f"{as_of}.{number}.part"
        # Its owner alone comes in before it is shown: until then a file may have been made but not yet guarded.
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise KongchuoError(
            f"The folder {store} cannot be written ({error.strerror}); make room or give --home another folder."
        ) from error
    return folder


def show(home: Path, as_of: dt.date, folder: Path) -> Path:
    """Let readers see the night: the link `<D>`, then `current` if the night is the newest; returns `published/<D>`.

    A folder that the link leaves now goes with the next publication: whoever follows the link in this moment opens it.
    """
    root = published_root(home)
    open_to_all(folder)
    done = folder.rename(folder.with_suffix(""))
    night = root / as_of.isoformat()
    shown = {(root / each.isoformat()).resolve() for each in nights(home)}
    for left in [*(root / STORE).glob("*.[0-9]*")]:
        if left.suffix != ".part" and left != done and left.resolve() not in shown:
            shutil.rmtree(left, ignore_errors=True)
    _link(night, Path(STORE) / done.name)
    newest = max([as_of, *nights(home)])
    _link(root / CURRENT, Path(newest.isoformat()))
    return night


def open_to_all(folder: Path) -> None:
    """Let anyone come in and read the public files of a night, and nobody change them, whatever the umask of the run.

    What is not named here stays as it was made: for its owner alone (spec 6.3).
    """
    for name in PUBLIC:
        if (folder / name).exists():
            open_public(folder / name)
    folder.chmod(0o755)


def open_public(path: Path) -> None:
    """Let anyone read a public file or folder, but for the folders `restricted` in it."""
    if path.is_dir():
        for inside in path.iterdir():
            if inside.name != RESTRICTED:
                open_public(inside)
    path.chmod(0o755 if path.is_dir() else 0o644)


def _link(link: Path, target: Path) -> None:
    """Point a link somewhere else in one step."""
    fresh = link.with_name(f".{link.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(link)
