-- One row per child of the universe at D (spec 3.1): persons of tonight's rows and remembered children without any.
-- key: child_id
-- patched: identity (child_id), previous (child_id)
-- child_key: first 16 hex digits of HMAC-SHA-256(secret, child_id) (spec 3.2), by the two padded keys of RFC 2104; of a
-- remembered child_id the remembered key, which is the same: no night begins with another secret than the nights before.
-- person: of a remembered child its citizen number, by which case actions and look-ups of tonight still speak of it.
-- memory_id: the child_id under which the child is remembered, if it is.
with
identity as (select person, number, child_id, shared_name from matching.person_identity),
person as (select * from matching.person),
previous as (select * from core.previous_memory),
rekey as (
    select old_child_id, child_id
    from matching.rekey
    qualify row_number() over (partition by child_id order by old_child_id) = 1
),

tonight as (
    select
        i.child_id, i.person, i.number, p.hash, p.name, p.birth_date, p.sex, p.origin_rank, p.id_invalid, p.id_mismatch, i.shared_name,
        coalesce(m.child_id, r.old_child_id) as memory_id, m.child_key as known_key
    from identity as i
    inner join person as p on i.person = p.person
    left join previous as m on i.child_id = m.child_id
    left join rekey as r on i.child_id = r.child_id
),

remembered as (
    select
        m.child_id, case when p.person is null then m.number end as person, m.number, m.hash, m.name, m.birth_date, m.sex, null as origin_rank, false as id_invalid, false as id_mismatch,
        false as shared_name, m.child_id as memory_id, m.child_key as known_key
    from previous as m
    left join identity as i on m.child_id = i.child_id
    left join matching.rekey as r on m.child_id = r.old_child_id
    left join person as p on m.number = p.person
    where i.child_id is null and r.old_child_id is null and m.has_enrolment and not m.ended
),

every_child as (
    select * from tonight
    union all
    select * from remembered
)

select
    child_id,
    coalesce(known_key, left(sha256($outer_pad || unhex(sha256($inner_pad || encode(child_id)))), 16)) as child_key,
    person,
    number,
    hash,
    name,
    birth_date,
    sex,
    origin_rank,
    id_invalid,
    id_mismatch,
    shared_name,
    memory_id
from every_child
