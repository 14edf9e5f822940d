"""The second process of a publication (`beside`): `python -m pipelines.publish.worker`, started by the night alone.

It reads one line from its input, writes and reads back the public files that the line asks for, and answers with one
line: how many figures it compared, or the sentence about those that differ. Any other fault is no answer: its words may
quote a row, and the night meets it again when it does the work itself.

Nothing that the night does not want may be written: when the input ends (the night was killed) the process ends at
once, whatever it is doing.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import sys
import threading
from queue import SimpleQueue

_LIBRARIES = ("jinja2", "xlsxwriter", "docx", "python_calamine", "pipelines.publish.officials")


def main() -> int:
    """Load what is needed, wait for the line, do what it says, answer."""
    # Whoever interrupts the night in a terminal interrupts this process too; the night decides when it ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    lines = SimpleQueue[bytes]()
    threading.Thread(target=_listen, args=(lines,), name="input", daemon=True).start()
    # It ends with this one work: looking for what could be thrown away costs a tenth of the time and saves 0.1 GiB.
    gc.disable()
    for library in _LIBRARIES:
        importlib.import_module(library)
    answer = json.dumps(_answer(lines.get()))
    sys.stdout.write(f"{answer}\n")
    sys.stdout.flush()
    return 0


def _listen(lines: SimpleQueue[bytes]) -> None:
    for line in sys.stdin.buffer:
        lines.put(line)
    os._exit(1)  # as sys.exit would end this thread alone


def _answer(line: bytes) -> dict[str, object]:
    from pipelines.errors import KongchuoError
    from pipelines.publish.beside import from_line
    from pipelines.publish.officials import write_from_files

    try:
        return {"compared": write_from_files(*from_line(line))}
    except KongchuoError as refused:
        return {"refused": str(refused)}


if __name__ == "__main__":
    sys.exit(main())
