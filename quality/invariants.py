"""What must hold every night before anyone reads it (spec 4.3): each is one query that finds offenders; all block.

A query returns one column `key` of offending keys (unit codes, case ids, child keys; never names or numbers).
"""

from __future__ import annotations

from dataclasses import dataclass

from quality import sums
from quality.outcome import SAMPLE_SIZE, Outcome, judge
from quality.reader import TableReader

ADD_UP = "不要发布；核对 indicators.unit_above 与该表的模型，改正后重跑当晚。"


@dataclass(frozen=True)
class Invariant:
    """One invariant: name, the table it speaks of, the query of offenders, and words for the person who must act."""

    name: str
    table: str
    offenders: str
    good: str
    bad: str
    action: str = "不要发布；核对台账模型与上一夜的状态，改正后重跑当晚。"


INVARIANTS: tuple[Invariant, ...] = (
    Invariant(
        "balance",
        "indicators.zeroing",
        """
        select unit_code || '/' || line || '/' || group_name as key
        from indicators.zeroing
        where open_at_start + opened + relapsed - closed <> open_at_end or suspected_open + verified_open <> open_at_end
        """,
        "各级各线台账收支平衡。",
        "台账收支不平衡（期初＋新增＋反弹－销号≠期末）。",
    ),
    Invariant(
        "open_at_start",
        "indicators.zeroing",
        """
        select h.case_uid as key
        from core.previous_case as h
        left join ledger.case_state as k on h.case_uid = k.case_uid
        where k.case_uid is null
        """,
        "上一夜的案卷全部延续。",
        "上一夜的案卷在本夜台账中缺失。",
    ),
    Invariant(
        "sum_of_units",
        "indicators.zeroing",
        sums.ZEROING,
        "各单位等于下级之和加本级案卷。",
        "单位数不等于下级之和加本级案卷。",
    ),
    Invariant(
        "sum_of_case_tables",
        "published.monthly_six",
        sums.CASE_TABLES,
        "月度六项、销号、期限各表的单位数等于下级之和加本级案卷。",
        "月度六项、销号或期限表的单位数不等于下级之和加本级案卷（单位/表/责任线/细项）。",
        ADD_UP,
    ),
    Invariant(
        "sum_of_school_tables",
        "indicators.dropout_rate",
        sums.SCHOOL_TABLES,
        "辍学率、巩固率、整班移交的人数等于所属学校之和。",
        "辍学率、巩固率或整班移交的人数不等于所属学校之和（单位/表/指标/口径）。",
        ADD_UP,
    ),
    Invariant(
        "sum_of_entry_rates",
        "indicators.enrolment_rate",
        sums.ENTRY_RATES,
        "入学率的分子分母等于下级之和加本级儿童。",
        "入学率的分子或分母不等于下级之和加本级儿童（单位/指标/人群）。",
        ADD_UP,
    ),
    Invariant(
        "sum_of_county_tables",
        "published.reasons",
        sums.COUNTY_TABLES,
        "原因、三统一、就读去向各表合计相符。",
        "原因、三统一或就读去向表的合计不符（单位/表）。",
        ADD_UP,
    ),
    Invariant(
        "in_school_not_open",
        "ledger.case_state",
        """
        select k.case_id as key
        from ledger.case_state as k
        inner join status.verdict as v on k.child_id = v.child_id
        where k.state <> 'closed' and v.status = 'in_school' and k.sub_state is distinct from 'return_pending'
        """,
        "未销号案卷的儿童均不在校，或待确认返校。",
        "未销号案卷的儿童已在校且不是待确认返校。",
    ),
    Invariant(
        "out_of_school_has_case",
        "status.verdict",
        """
        select c.child_key as key
        from status.child as c
        cross join core.night as n
        cross join core.policy as p
        inner join status.verdict as v on c.child_id = v.child_id
        where v.status = 'out_of_school' and completed_years(c.birth_date, n.as_of) < p.age_close_at
            and not exists (
                select 1 from ledger.case_state as k
                where k.child_id = c.child_id and (k.state <> 'closed' or k.closed_on = n.as_of)
            )
            and not exists (select 1 from ledger.standing_negative as s where s.child_id = c.child_id)
        """,
        "失学辍学儿童均已立案、或核查不属实、或当夜销号。",
        "失学辍学儿童没有案卷，也没有成立的不属实核查。",
    ),
    Invariant(
        "one_open_case",
        "ledger.case_state",
        """
        select child_key as key
        from ledger.case_state
        where state <> 'closed'
        group by child_key
        having count(*) > 1
        """,
        "每个儿童至多一个未销号案卷。",
        "同一儿童有两个以上未销号案卷。",
    ),
    Invariant(
        "one_case_id",
        "ledger.case_state",
        "select case_id as key from ledger.case_state group by case_id having count(*) > 1",
        "案卷编号不重复。",
        "案卷编号重复。",
    ),
    Invariant(
        "events_fold_to_cases",
        "ledger.event_tonight",
        """
        with
        every_event as (
            select case_uid, event, on_date, reason from core.previous_event
            union all
            select case_uid, event, on_date, reason from ledger.event_tonight
        ),

        folded as (
            select
                case_uid,
                max(case when event = 'open' then on_date end) as opened_on,
                max(case when event = 'verify' then on_date end) as verified_on,
                max(case when event = 'close' then on_date end) as closed_on,
                max(case when event = 'close' then reason end) as close_reason,
                max(case when event = 'open' then reason end) as category,
                count(*) filter (where event = 'open') as opens,
                count(*) filter (where event = 'verify') as verifies,
                count(*) filter (where event = 'close') as closes
            from every_event
            group by case_uid
        )

        select coalesce(k.case_id, f.case_uid) as key
        from ledger.case_state as k
        full join folded as f on k.case_uid = f.case_uid
        where k.case_uid is null or f.case_uid is null
            or f.opens <> 1 or f.verifies > 1 or f.closes > 1
            or k.opened_on is distinct from f.opened_on
            or k.verified_on is distinct from f.verified_on
            or k.closed_on is distinct from f.closed_on
            or k.close_reason is distinct from f.close_reason
            or k.category is distinct from f.category
            or k.state <> case
                when f.closed_on is not null then 'closed'
                when f.verified_on is not null then 'verified'
                else 'suspected'
            end
        """,
        "事件归并与案卷一致。",
        "事件归并与案卷不一致。",
    ),
    Invariant(
        "units_complete",
        "published.zeroing",
        """
        select d.division_code as key
        from core.division as d
        left join published.zeroing as z on d.division_code = z.unit_code and z.line = 'household' and z."group" = 'all'
        where z.unit_code is null
        union all
        select s.school_code
        from core.school as s
        left join published.zeroing as z on s.school_code = z.unit_code and z.line = 'school' and z."group" = 'all'
        where z.unit_code is null
        """,
        "所有单位均已列出，含零行。",
        "有单位没有列出。",
    ),
    Invariant(
        "bridge",
        "published.bridge",
        """
        with sides as (select 'registry' as side union all select 'school' union all select 'ledger')

        select unit_code || '/' || side as key
        from published.bridge
        where remainder <> 0
        group by unit_code, side
        union all
        select d.division_code || '/' || s.side
        from core.division as d
        cross join sides as s
        left join published.bridge as b on d.division_code = b.unit_code and s.side = b.side and b.step = 'total'
        where d.level in ('county', 'prefecture', 'province') and b.unit_code is null
        """,
        "人数对账各方差额均为零。",
        "人数对账有差额：有儿童、学籍或案件去向不明（单位/对账方）。",
        "不要发布；按单位和对账方查 indicators.bridge_* 和 indicators.outside_person（原因为空者去向不明）。",
    ),
)


def check_invariants(reader: TableReader) -> list[Outcome]:
    """One blocking outcome per invariant, in their order. A query that cannot run raises: the night must stop."""
    outcomes = []
    for invariant in INVARIANTS:
        keys = sorted((key for (key,) in reader.fetch(invariant.offenders)), key=lambda key: (key is not None, key))
        outcomes.append(
            judge(
                f"invariant_{invariant.name}",
                invariant.table,
                len(keys),
                good=invariant.good,
                bad=invariant.bad,
                action=invariant.action,
                sample=[str(key) for key in keys[:SAMPLE_SIZE]],
            )
        )
    return outcomes
