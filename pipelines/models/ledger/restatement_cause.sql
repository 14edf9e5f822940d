-- One row: why this run of the night may say otherwise than the run before it (spec 6.1), for nights that were run before.
-- key: cause
-- files: the deliveries, dated by D, that came since, by kind, code and date (a file's own name may hold anything). reviewer: only
-- 匹配裁定 came; corrected file: an older delivery came again with other bytes; late file: otherwise; policy: no file came, a number of the
-- policy changed; program: neither.
with
night as (select as_of from core.night),
former as (
    select r.last_delivery, r.policy
    from ledger.run as r
    inner join night as n on r.night = n.as_of
    qualify row_number() over (order by r.run_id desc) = 1
),

came as (
    select d.kind, d.code, d.delivered_on, d.version
    from landing.deliveries as d
    cross join night as n
    inner join former as f on d.delivery_id > f.last_delivery
    where d.state = 'accepted' and d.delivered_on <= n.as_of
),

named as (
    select
        count(*) as files_in, count(*) filter (where kind <> '匹配裁定') as others, max(version) as version,
        string_agg(kind || '_' || code || ' ' || cast(delivered_on as varchar), ';' order by delivered_on, kind, code) as files
    from (select distinct kind, code, delivered_on, version from came)
)

select
    case
        when m.files_in > 0 and m.others = 0 then 'reviewer'
        when m.files_in > 0 and m.version > 1 then 'corrected file'
        when m.files_in > 0 then 'late file'
        when (f.policy is distinct from p.policy) then 'policy'
        else 'program'
    end as cause,
    m.files
from named as m
cross join core.policy_mark as p
left join former as f on true
