-- An administrator's schools: the room they take, and how many people there take so much. Neither is told of
-- fewer than five people, so that nobody can be guessed: where a school has one, its room is that person's.
create or replace function access.storage_of_schools(person_bytes bigint)
  returns table (name text, used_bytes bigint, people bigint, people_above bigint)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    with members as materialized (
      select o.id, o.name, m.user_id
      from public.organisation o
      left join public.membership m on m.organisation_id = o.id
      where o.kind = 'school' and coalesce(o.parent_id, o.id) in (
        select root.organisation_id from public.membership root
        where root.user_id = access.me() and root.role = 'admin')),
    used as materialized (
      select t.owner_id, sum(t.bytes) as bytes from access.stored t
      where t.owner_id in (select m.user_id from members m)
      group by t.owner_id)
    select m.name,
      case when count(m.user_id) >= 5 then coalesce(sum(u.bytes), 0)::bigint end,
      count(m.user_id),
      nullif(greatest(count(*) filter (where u.bytes >= person_bytes), 4), 4)
    from members m left join used u on u.owner_id = m.user_id
    group by m.id, m.name
    order by m.name, m.id
  $$;
