"""`python -m pipelines.lineage`: write lineage, origins and the dictionary that shows them again."""

from __future__ import annotations

from pathlib import Path

from pipelines.lineage.written import texts
from schemas import dictionary
from schemas.lineage import read_again


def main() -> None:
    """Write both files and the dictionary into the checkout."""
    for path, text in texts().items():
        path.write_text(text, encoding="utf-8", newline="\n")
    read_again()
    dictionary.write(Path("docs"))


if __name__ == "__main__":
    main()
