-- A cut is made watchable at once, and then well, in many small pieces of work.

-- widens: kinds of work that there were not before, and each of them for one stretch of a cut.
alter table processing_step drop constraint processing_step_kind_check;
-- widens: as above.
alter table processing_step add constraint processing_step_kind_check
  check (kind in ('prepare', 'piece', 'chunk', 'sound', 'beside'));
-- Which stretch, counted from 0.
alter table processing_step add column part integer not null default 0 check (part >= 0);
-- Whose renditions it makes (rendition.attempt).
alter table processing_step add column version integer not null default 0;
-- Its place among everybody's stretches that wait; see access.next_turn.
alter table processing_step add column turn integer not null default 0;
alter table processing_step add column progress real not null default 0 check (progress between 0 and 1);
alter table processing_step drop constraint processing_step_cut_id_kind_key;
-- widens: one of each kind was allowed before.
create unique index one_step_each on processing_step (cut_id, version, kind, part);
create index chunks_by_turn on processing_step (turn) where kind = 'chunk' and state in ('pending', 'running');

-- Versions of a cut are counted as attempts at preparing it were before.
alter table cut add column last_version integer not null default 0;
alter table cut no force row level security;
update cut c set last_version = greatest(c.published_attempt, (
  select max(p.attempt) from processing_step p where p.cut_id = c.id), 0);
alter table cut force row level security;

-- A rendition that is made piece by piece, as somebody asks for it, says how long it is going to be; one
-- that a better version has taken the place of stays a while, for whoever watches it.
alter table rendition add column planned_ms integer check (planned_ms > 0);
alter table rendition add column superseded_at timestamptz;
-- widens: no version ever had two of a size.
create unique index one_rendition_each on rendition (cut_id, attempt, kind, coalesce(height, 0));
create index superseded_renditions on rendition (superseded_at) where superseded_at is not null;
alter table rendition_chunk add column frames integer;

-- A copy of the source that ffmpeg can find its way in, where the file itself has no index.
alter table source add column readable_key text;

grant insert, delete, update (progress) on processing_step to second_look_worker;
grant update (last_version) on cut to second_look_worker;
grant update (average_bandwidth, peak_bandwidth, frame_rate, superseded_at) on rendition to second_look_worker;
grant select (readable_key), update (readable_key) on source to second_look_worker;

-- Whoever may watch a rendition may have the piece of it made that they are about to see.
create policy asked_for on processing_step for insert to second_look_owner with check (kind = 'piece');
create function access.ask_for_piece(asked_rendition uuid, asked_part integer) returns uuid
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp
  as $$
  declare
    asked record;
    step uuid;
  begin
    select r.cut_id, r.attempt, c.recording_id into asked
    from public.rendition r join public.cut c on c.id = r.cut_id
    where r.id = asked_rendition and asked_part >= 0 and asked_part * 8000::bigint < r.planned_ms
      and access.sees_cut(r.cut_id);
    if not found then
      return null;
    end if;
    insert into public.processing_step (id, recording_id, cut_id, kind, version, part)
    values (gen_random_uuid(), asked.recording_id, asked.cut_id, 'piece', asked.attempt, asked_part)
    on conflict (cut_id, version, kind, part) do nothing;
    select s.id into step from public.processing_step s
    where s.cut_id = asked.cut_id and s.version = asked.attempt and s.kind = 'piece' and s.part = asked_part
      and s.state in ('pending', 'running');
    return step;
  end $$;

-- Tells the servers where somebody waits for it.
create function access.announce_piece() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
  begin
    perform pg_notify('second_look', 'piece:' || new.id);
    return null;
  end $$;
-- widens: it announces, and refuses nothing.
create trigger announce_piece after update of state on processing_step for each row
  when (new.kind = 'piece' and new.state in ('done', 'failed')) execute function access.announce_piece();

-- Turns make recordings share workers fairly: a stretch comes after those of the same owner that wait, and
-- beside those that others have waiting now (start-time fair queueing: Goyal, Vin and Cheng 1996). What is only
-- made again waits behind a million.
create function access.next_turn(asked_recording uuid) returns integer
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    select greatest(
      (select min(s.turn) from public.processing_step s
       join public.recording r on r.id = s.recording_id and r.deleted_at is null
       where s.kind = 'chunk' and s.state in ('pending', 'running') and s.turn < 1000000),
      (select max(s.turn) + 1 from public.processing_step s
       join public.recording r on r.id = s.recording_id and r.deleted_at is null
       where s.kind = 'chunk' and s.state in ('pending', 'running') and s.turn < 1000000
         and r.owner_id = (select owner_id from public.recording where id = asked_recording)),
      0)
  $$;
revoke execute on function access.ask_for_piece(uuid, integer), access.announce_piece(), access.next_turn(uuid)
  from public;
grant execute on function access.ask_for_piece(uuid, integer) to second_look_app;
grant usage on schema access to second_look_worker;
grant execute on function access.next_turn(uuid) to second_look_worker;
