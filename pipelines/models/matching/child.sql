-- One row per child of the universe at D (spec 3.1): persons of tonight's rows and remembered children without any.
-- key: child_id
-- patched: identity (child_id), memory (child_id)
-- only: matching.memory, matching.person, matching.person_identity
-- child_key: first 16 hex digits of HMAC-SHA-256(secret, child_id) (spec 3.2), by the two padded keys of RFC 2104; of a child that
-- nothing names tonight the remembered key.
-- person: of a remembered child its citizen number, by which case actions and look-ups of tonight still speak of it.
-- memory_id: the child_id under which the child is remembered, where that is another than tonight's.
with
identity as (select person, number, child_id, shared_name from matching.person_identity),
person as (select * from matching.person),
too_old as (select person from matching.too_old),
memory as (select * from matching.memory),
tonight as (
    select
        i.child_id, null as known_key, i.person, i.number, p.hash, p.name, p.birth_date, p.sex, p.origin_rank, p.id_invalid, p.id_mismatch, i.shared_name,
        nullif(m.memory_id, i.child_id) as memory_id
    from identity as i
    inner join person as p on i.person = p.person
    left join memory as m on i.child_id = m.child_id
),

remembered as (
    select
        m.child_id, m.child_key as known_key, case when p.person is null or o.person is not null then m.number end as person, m.number, m.hash, m.name, m.birth_date, m.sex,
        null as origin_rank, false as id_invalid, false as id_mismatch, false as shared_name, null as memory_id
    from memory as m
    left join person as p on m.number = p.person
    left join too_old as o on p.person = o.person
    where not m.named and m.has_enrolment and not m.ended
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
