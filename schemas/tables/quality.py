"""What arrived, what was rejected, what the checks found (6.1).

Restricted, because rejected rows are kept as delivered.
"""

from __future__ import annotations

from schemas import values
from schemas.tables.published import LEDGER_SOURCES, UNIT
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
        name="delivery_profile",
        label="交付数据概况表",
        description="How many rows of each kind count in each county and how many have no citizen number",
        grain="one county-level unit (or code of files whose rows have no known place) and kind on the business date",
        key=("as_of", "unit_code", "kind"),
        columns=(
            *("as_of", *UNIT, "kind", "rows", "accepted", "rejected", "without_number", "invalid_number"),
            "share_without_number",
        ),
        required=("rows",),
        values={"unit_level": ("province", "prefecture", "county"), "kind": tuple(values.KIND.values())},
        notes={
            "rows": ("有效行数", "Rows that count at D: in force, or of an event kind the last word up to D"),
            "accepted": ("接收行数", "Rows accepted of the delivery that source_status speaks of; null without one"),
            "rejected": ("拒收行数", "Rows rejected of the delivery that source_status speaks of; null without one"),
        },
        layer="quality",
        audience="restricted",
        sources=values.EVERY_KIND,
        spec="2.1, 2.3, 6.1",
    ),
    Table(
        schema="quality",
        name="county_profile",
        label="县级概况表",
        description="Children of the registry and cases opened tonight, what the share of new cases is watched by",
        grain="one county-level unit on the business date",
        key=("as_of", "unit_code"),
        columns=("as_of", *UNIT, "children", "opened", "relapsed", "new_cases", "per_thousand"),
        required=("unit_level", "unit_name", "children", "opened", "relapsed", "new_cases"),
        values={"unit_level": ("county",)},
        notes={"children": ("户籍适龄儿童", "Active registry children of school age, as in the count bridge (5.7)")},
        layer="quality",
        audience="restricted",
        sources=LEDGER_SOURCES,
        spec="4.3, 5.7",
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
