-- One row per person with an approved placement that is open tonight and of a kind that counts: the latest (spec 3.3 line 7, 5.5).
-- key: person
select a.person, arg_max(a.action_kind, (a.start_date, -a.row_id)) as placement
from status.approval as a
inner join core.policy_placement as p on a.action_kind = p.placement
where a.action_type = '安置' and a.is_open
group by a.person
