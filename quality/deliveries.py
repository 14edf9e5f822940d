"""Refused, ignored and unfinished deliveries of tonight as outcomes: the run goes on and says so (spec 2.5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from quality.outcome import Outcome, judge
from quality.reader import TableReader
from schemas.sources import SOURCES

CHECKS = ("refused_deliveries", "ignored_files", "unfinished_files")

# Refused, its last version, and nothing accepted since that takes its place: of a snapshot a later file of kind and
# code, of an event kind nothing but the file itself.
_REFUSED = """
with dated as (
    select *, row_number() over (partition by delivery order by version desc) = 1 as is_last
    from landing.deliveries
    where delivered_on <= $as_of
)
select d.delivery, d.reason, d.message
from dated as d
left join dated as later
    on d.kind = later.kind and d.code = later.code and later.is_last and later.state = 'accepted'
    and (later.delivered_on, later.file_name) > (d.delivered_on, d.file_name)
    and d.kind not in (select unnest($events))
where d.is_last and d.state = 'refused' and later.delivery is null
order by d.delivered_on desc, d.delivery
"""


def refused_files(reader: TableReader, as_of: dt.date) -> list[tuple[str, str]]:
    """Refused deliveries dated up to a night that still wait to be mended (delivery, why), the newest first.

    A function of the deliveries alone: a night that is run again says the same.
    """
    events = [source.label for source in SOURCES if source.type == "event"]
    rows = reader.read(_REFUSED, {"as_of": as_of, "events": events})
    return [
        (delivery, f"{reason} ({message})" if message else reason) for delivery, reason, message in rows.iter_rows()
    ]


def delivery_outcomes(
    refused: Sequence[tuple[str, str]], ignored: Sequence[str], unfinished: Sequence[str]
) -> list[Outcome]:
    """Three outcomes that never block: refused deliveries that wait to be mended (delivery, why), files that are no
    delivery, and files that were still being written and are left for a later run.
    """
    return [
        judge(
            "refused_deliveries",
            "landing.deliveries",
            len(refused),
            good="没有被退回而尚未改正的交付文件。",
            bad=f"有 {len(refused)} 个交付文件被退回，尚未改正重报，沿用原有数据。",
            action="按退回原因改正后重新交付。",
            severity="mark",
            sample=[f"{delivery}: {reason}" for delivery, reason in refused],
        ),
        judge(
            "ignored_files",
            "landing.deliveries",
            len(ignored),
            good="交付目录中没有无法识别的文件。",
            bad=f"交付目录中有 {len(ignored)} 个无法识别的文件，未读取。",
            action="文件名应为“类别_六位代码.扩展名”，放在以日期命名的目录中。",
            severity="note",
            sample=list(ignored),
        ),
        judge(
            "unfinished_files",
            "landing.deliveries",
            len(unfinished),
            good="没有正在传输的交付文件。",
            bad=f"有 {len(unfinished)} 个交付文件正在传输，本次未读取，留待下次。",
            action="传输完成后自动读取；若文件名以 .part 或 .tmp 结尾，传完后应改为正式文件名。",
            severity="note",
            sample=list(unfinished),
        ),
    ]
