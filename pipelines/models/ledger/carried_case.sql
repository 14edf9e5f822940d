-- One row per case of the night before, under tonight's child (spec 3.2 keys that last, 4.1).
-- key: case_uid
-- case_uid never changes; case_id follows the child. Where children become one, episodes are renumbered by opened_on; of two open
-- cases the older stays (of one night the lower child_key), the other is `merged` tonight.
with
previous as (select * from core.previous_case),
rekey as (select r.old_child_id, r.child_id, c.child_key from matching.rekey as r inner join matching.child as c on r.child_id = c.child_id),
touched as (select distinct child_id from rekey),
moved as (
    select
        p.*,
        coalesce(r.child_id, p.child_id) as new_child_id,
        coalesce(r.child_key, p.child_key) as new_child_key,
        r.child_id is not null as rekeyed
    from previous as p
    left join rekey as r on p.child_id = r.old_child_id
),

numbered as (
    select
        m.*,
        t.child_id is not null as renumbered,
        row_number() over (partition by m.new_child_id order by m.opened_on, m.child_key, m.episode) as place,
        row_number() over (partition by m.new_child_id, m.state = 'closed' order by m.opened_on, m.child_key, m.episode) as open_place
    from moved as m
    left join touched as t on m.new_child_id = t.child_id
)

select
    case_uid,
    new_child_id as child_id,
    new_child_key as child_key,
    new_child_key || '-' || cast(case when renumbered then place else episode end as varchar) as case_id,
    case when renumbered then place else episode end as episode,
    rekeyed,
    state <> 'closed' and open_place > 1 as merged,
    state,
    category,
    evidence_on,
    opened_on,
    dropped_on,
    verified_on,
    closed_on,
    close_reason,
    relapse,
    return_seen_on,
    household_division,
    place_division,
    school_code,
    stage,
    poor,
    assisted,
    disabled,
    left_behind,
    migrant,
    sex,
    ethnicity
from numbered
