-- A recording of sound alone has no chunks: its sound takes a turn, so that one teacher's many do not stand in
-- front of everybody.
create index lasting_by_turn on processing_step (turn)
  where kind in ('chunk', 'sound') and state in ('pending', 'running');
drop index chunks_by_turn;

-- As in 0011_stretches.sql, with the sound among the stretches that wait. Beside a picture it has the turn of
-- the first chunk.
create or replace function access.next_turn(asked_recording uuid) returns integer
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    select greatest(
      (select min(s.turn) from public.processing_step s
       join public.recording r on r.id = s.recording_id and r.deleted_at is null
       where s.kind in ('chunk', 'sound') and s.state in ('pending', 'running') and s.turn < 1000000),
      (select max(s.turn) + 1 from public.processing_step s
       join public.recording r on r.id = s.recording_id and r.deleted_at is null
       where s.kind in ('chunk', 'sound') and s.state in ('pending', 'running') and s.turn < 1000000
         and r.owner_id = (select owner_id from public.recording where id = asked_recording)),
      0)
  $$;
