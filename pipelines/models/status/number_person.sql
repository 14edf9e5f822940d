-- One row per valid citizen number that tonight's rows carry: its person, as 17 digits (spec 3.2).
-- key: number
with
carried as (
    select node as number, person from matching.node_person where node > 0
    union all
    select unit, person from matching.attached where unit > 0 and source <> 'N'
)

select number, min(person) as person
from carried
group by number
