"""What arrived, what was rejected, what the checks found (6.1).

Restricted, because rejected rows are kept as delivered.
"""

from __future__ import annotations

from schemas import values
from schemas.tables.table import Table

TABLES = (
    Table(
        schema="quality",
        name="deliveries",
        label="交付记录表",
        description="Every file delivered up to the business date with its hash, counts and verdict",
        grain="one version of one delivered file",
        # A changed file under an old name and date is a delivery of its own (2.1): the version tells them apart.
        key=("as_of", "delivery", "version"),
        columns=(
            *("as_of", "delivery", "kind", "code", "delivered_on", "sha256", "state", "reason", "rows", "accepted"),
            *("rejected", "repeats", "skipped", "version", "in_use", "unknown_columns", "message"),
        ),
        required=("kind", "code", "delivered_on", "sha256", "state", "in_use"),
        values={"kind": tuple(values.KIND.values()), "state": tuple(values.DELIVERY_STATE)},
        notes={
            "state": ("交付状态", "accepted or refused"),
            "reason": ("退回原因", "Why the file was refused (2.5); null when accepted"),
        },
        layer="quality",
        audience="restricted",
        sources=values.EVERY_KIND,
        spec="2.1, 2.5, 6.1",
    ),
    Table(
        schema="quality",
        name="rejected_rows",
        label="拒收行表",
        description="Every rejected row of every delivery, as delivered",
        grain="one row of one delivered file",
        key=("as_of", "delivery", "version", "row_number"),
        columns=("as_of", "delivery", "row_number", "kind", "reason", "row", "version"),
        required=("kind", "reason", "row"),
        values={"kind": tuple(values.KIND.values())},
        notes={"reason": ("拒收原因", "First reason that holds (2.4), with the column after a colon")},
        layer="quality",
        audience="restricted",
        sources=values.EVERY_KIND,
        spec="2.4, 6.1",
    ),
    Table(
        schema="quality",
        name="checks",
        label="校验结果表",
        description="Every check of the night with its result and what to do",
        grain="one check of one table on the business date",
        key=("as_of", "check", "table_name"),
        columns=(
            *("as_of", "check", "table_name", "verdict", "severity", "count", "message", "sample", "action"),
            *("waived_reason", "waived_by", "waived_until"),
        ),
        required=("verdict", "severity", "count", "message"),
        values={"verdict": tuple(values.VERDICT), "severity": tuple(values.SEVERITY)},
        notes={"table_name": ("表名", "Table that was checked, schema.table")},
        layer="quality",
        audience="restricted",
        spec="4.3, 6.2",
    ),
)
