"""A model is one `.sql` file that makes one table: `pipelines/models/<layer>/<table>.sql` makes `<layer>.<table>`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

MODELS = Path(__file__).resolve().parent.parent / "models"
LAYERS = ("core", "matching", "status", "ledger", "indicators", "published", "restricted", "quality")
_REFERENCE = re.compile(r"\b(?:from|join)\s+((?:landing|clean|history|" + "|".join(LAYERS) + r")\.\w+)", re.IGNORECASE)
_PARAMETER = re.compile(r"\$(\w+)")
_COMMENT = re.compile(r"--[^\n]*")


@dataclass(frozen=True)
class Model:
    """One model file. `depends` are the tables it reads, `parameters` the names it binds."""

    layer: str
    table: str
    sql: str
    header: str
    depends: frozenset[str]
    parameters: frozenset[str]
    is_view: bool

    @property
    def name(self) -> str:
        """`layer.table`."""
        return f"{self.layer}.{self.table}"

    @property
    def key(self) -> tuple[str, ...]:
        """Key columns named in the header (`-- key: a, b`)."""
        found = re.search(r"^--\s*key:\s*(.+)$", self.header, re.MULTILINE)
        return tuple(k.strip() for k in found.group(1).split(",")) if found else ()


def read_model(path: Path) -> Model:
    """Parse one model file: leading comment lines are its header, the rest is one select."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    end = next((i for i, line in enumerate(lines) if not line.startswith("--")), len(lines))
    header, body = "\n".join(lines[:end]), _COMMENT.sub("", "\n".join(lines[end:])).strip().rstrip(";")
    return Model(
        layer=path.parent.name,
        table=path.stem,
        sql=body,
        header=header,
        depends=frozenset(r.lower() for r in _REFERENCE.findall(body)),
        parameters=frozenset(_PARAMETER.findall(body)),
        is_view="materialized: view" in header,
    )


@cache
def discover(root: Path = MODELS) -> dict[str, Model]:
    """All models by name, in an order in which each comes after what it reads. Raises on a cycle."""
    models = {m.name: m for m in (read_model(p) for p in sorted(root.glob("*/*.sql")))}
    graph = {name: sorted(d for d in m.depends if d in models and d != name) for name, m in models.items()}
    return {name: models[name] for name in TopologicalSorter(graph).static_order()}
