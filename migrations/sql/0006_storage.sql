-- How much room recordings take, who works on them, and what an administrator may know of the inside.

-- The bytes of everything that was made of a cut and published.
alter table cut add column made_bytes bigint not null default 0 check (made_bytes >= 0);
grant update (made_bytes) on cut to second_look_worker;

-- What is there already: each chunk is one object, which ends where its last segment does.
alter table cut no force row level security;
update cut c set made_bytes = made.bytes
from (
  select r.cut_id, r.attempt, sum((
    select max((segment ->> 'offset')::bigint + (segment ->> 'length')::bigint)
    from jsonb_array_elements(k.segments) segment)) as bytes
  from rendition r join rendition_chunk k on k.rendition_id = r.id
  group by r.cut_id, r.attempt) made
where made.cut_id = c.id and made.attempt = c.published_attempt and made.bytes is not null;
alter table cut force row level security;

-- Workers as they last told of themselves; who has been silent for a day is forgotten.
create table worker (
  id uuid primary key,
  version text not null,
  node_version text not null,
  ffmpeg_version text not null,
  ffmpeg_released_on date,
  -- How far its clock is ahead of the database's; behind where negative.
  clock_ahead_ms integer not null,
  started_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  swept_at timestamptz
);
alter table worker enable row level security;
alter table worker force row level security;
create policy owner_reads on worker for select to second_look_owner using (true);

-- Am I an administrator of all there is to know of: of a trust, or of a school that belongs to none?
create function access.is_administrator() returns boolean
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    select exists (
      select from public.membership m join public.organisation o on o.id = m.organisation_id
      where m.user_id = access.me() and m.role = 'admin' and o.parent_id is null)
  $$;

-- Workers tell of themselves, and administrators read it.
grant select, insert, delete, update (clock_ahead_ms, seen_at, swept_at) on worker to second_look_worker;
create policy work on worker to second_look_worker using (true) with check (true);
grant select on worker to second_look_app;
create policy administrators on worker for select to second_look_app using (access.is_administrator());

-- Which migrations has this database seen? An administrator's question.
create function access.migrations() returns table (name text, applied_at timestamptz)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    select a.name, a.at from migration.applied a where access.is_administrator() order by a.name
  $$;

-- Whose recordings take which room: files as they were uploaded, those on their way with all they will
-- have, and what was made of them. The trash counts until it is emptied.
create view access.stored with (security_invoker = true) as
  select r.owner_id, s.size_bytes as bytes
  from public.recording r join public.source s on s.recording_id = r.id
  union all
  select r.owner_id, u.size_bytes
  from public.recording r join public.upload u on u.recording_id = r.id
  where u.finished_at is null
  union all
  select r.owner_id, c.made_bytes
  from public.recording r join public.cut c on c.recording_id = r.id;

-- How many bytes do my recordings take?
create function access.stored_by_me() returns bigint
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    select coalesce(sum(bytes), 0)::bigint from access.stored where owner_id = access.me()
  $$;

-- How many bytes do the recordings of everybody at each of my schools take?
create function access.stored_in_my_schools() returns table (organisation_id uuid, used_bytes bigint)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    with colleagues as materialized (
      select theirs.user_id, theirs.organisation_id
      from public.membership mine
      join public.organisation o on o.id = mine.organisation_id and o.kind = 'school'
      join public.membership theirs on theirs.organisation_id = mine.organisation_id
      where mine.user_id = access.me()),
    used as materialized (
      -- As an array, so that the index on owners is used and not every recording read.
      select t.owner_id, sum(t.bytes) as bytes from access.stored t
      where t.owner_id = any (array(select c.user_id from colleagues c))
      group by t.owner_id)
    select c.organisation_id, coalesce(sum(u.bytes), 0)::bigint
    from colleagues c left join used u on u.owner_id = c.user_id
    group by c.organisation_id
  $$;

-- An administrator's schools: the room they take, and how many people there take so much; fewer than five
-- are not counted, so that nobody can be guessed.
create function access.storage_of_schools(person_bytes bigint)
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
    select m.name, coalesce(sum(u.bytes), 0)::bigint, count(m.user_id),
      nullif(greatest(count(*) filter (where u.bytes >= person_bytes), 4), 4)
    from members m left join used u on u.owner_id = m.user_id
    group by m.id, m.name
    order by m.name, m.id
  $$;

-- All there is, in numbers that name nobody: bytes, and how many schools and people take at least so much.
create function access.storage_in_all(school_bytes bigint, person_bytes bigint)
  returns table (used_bytes bigint, schools_above bigint, people_above bigint)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    with people as (select t.owner_id, sum(t.bytes) as bytes from access.stored t group by t.owner_id),
    schools as (
      select sum(p.bytes) as bytes
      from public.membership m
      join public.organisation o on o.id = m.organisation_id and o.kind = 'school'
      join people p on p.owner_id = m.user_id
      group by m.organisation_id)
    select (select coalesce(sum(bytes), 0)::bigint from people),
      (select count(*) from schools where bytes >= school_bytes),
      (select count(*) from people where bytes >= person_bytes)
  $$;

revoke execute on function access.is_administrator(), access.migrations(), access.stored_by_me(),
  access.stored_in_my_schools(), access.storage_of_schools(bigint), access.storage_in_all(bigint, bigint)
  from public;
grant execute on function access.is_administrator(), access.migrations(), access.stored_by_me(),
  access.stored_in_my_schools(), access.storage_of_schools(bigint), access.storage_in_all(bigint, bigint)
  to second_look_app;
