"""Contracts of tables, one module per layer, each with its tuple `TABLES`.

Belongs here: which columns a table has, in which order, its key and allowed values. Does not belong here: the meaning
of a column (`schemas.columns`) and how the table is made (`pipelines/models/<layer>/<table>.sql`).
"""

from schemas.tables.table import Audience, Table

__all__ = ["Audience", "Table"]
