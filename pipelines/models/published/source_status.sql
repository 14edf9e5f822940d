-- One row per kind of extract and county-level unit: its state at D (spec 2.5): the first that holds of refused (the newest
-- delivery that covers the county was refused), missing (never accepted), stale (a snapshot older than its freshness), in_force.
-- key: kind, division
with
night as (select as_of from core.night),
county as (select county_code, prefecture_code, province_code from core.county),
freshness as (select kind, days from core.policy_freshness),
kinds as (
    select unnest([
        '区划', '学校', '校历', '户籍', '学籍', '学籍异动', '在校', '缺课', '日报', '脱贫户', '救助', '残疾人', '资助', '劝返', '匹配裁定', '学籍查询', '部门名单', '责任人', '教基统计'
    ]) as kind
),

delivery as (
    select
        d.delivery_id, d.kind, rpad(d.code, 12, '0') as unit_code, d.delivered_on, d.state, d.rows, d.accepted, d.rejected, d.reason,
        case when d.code like '%0000' then 1 when d.code like '%00' then 2 else 3 end as narrowness, d.file_name, d.version
    from landing.deliveries as d
    inner join night as n on d.delivered_on <= n.as_of
),

covering as (
    select
        u.county_code, d.*,
        row_number() over (
            partition by u.county_code, d.kind order by d.delivered_on desc, d.narrowness desc, d.file_name desc, d.version desc
        ) as newest,
        row_number() over (
            partition by u.county_code, d.kind, d.state order by d.delivered_on desc, d.narrowness desc, d.file_name desc, d.version desc
        ) as newest_of_state
    from county as u
    inner join delivery as d on d.unit_code in (u.county_code, u.prefecture_code, u.province_code)
),

refused as (select * from covering where newest = 1 and state = 'refused'),
accepted as (select * from covering where newest_of_state = 1 and state = 'accepted')

select
    n.as_of,
    k.kind,
    u.county_code as division,
    case
        when r.delivery_id is not null then 'refused'
        when a.delivery_id is null then 'missing'
        when n.as_of - a.delivered_on > f.days then 'stale'
        else 'in_force'
    end as state,
    coalesce(r.delivered_on, a.delivered_on) as delivered_on,
    case when r.delivery_id is not null then r.rows else a.rows end as rows,
    case when r.delivery_id is not null then r.accepted else a.accepted end as accepted,
    case when r.delivery_id is not null then r.rejected else a.rejected end as rejected,
    r.reason
from county as u
cross join kinds as k
cross join night as n
left join refused as r on u.county_code = r.county_code and k.kind = r.kind
left join accepted as a on u.county_code = a.county_code and k.kind = a.kind
left join freshness as f on k.kind = f.kind
