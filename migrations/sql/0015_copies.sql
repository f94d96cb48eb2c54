-- A better copy of a film: it comes as a recording of its own, and then changes places with the film that it
-- is a copy of. Notes, shares and address stay where they are.

-- Of which recording it is a copy; said by its owner, who has both.
alter table recording add column copy_of uuid references recording (id) on delete set null;
create index copies on recording (copy_of) where copy_of is not null;
-- A file stays where it was put, so it may lie with another recording than the one that has it.
create index files_by_key on source (object_key text_pattern_ops);
grant insert (copy_of) on recording to second_look_app;
-- widens: no code of the release before names another recording.
create policy copy_of_mine on recording as restrictive for insert to second_look_app
  with check (copy_of is null or access.owns(copy_of));

-- Code that does not know of this would delete such a file with the folder that it lies in.
-- widens: no folder held another recording's file before.
create policy keeps_files_of_others on recording as restrictive for delete to second_look_worker
  using (current_setting('app.keeps_files_of_others', true) = 'on' or not exists (
    select from source s
    where s.object_key ^@ format('recordings/%s/', recording.id) and s.recording_id <> recording.id));

-- A copy may begin later than the film did: notes on what it lacks are kept, in front of its start.
alter table annotation drop constraint annotation_start_ms_check;
-- Many notes move at once, which their recording announces for all of them.
create or replace function access.announce() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
  begin
    if tg_table_name = 'annotation' and current_setting('app.moves_notes', true) = 'on' then
      return null;
    end if;
    perform pg_notify('second_look', case tg_table_name
      when 'reply' then 'annotation:' || (to_jsonb(new) ->> 'annotation_id')
      else tg_table_name || ':' || (to_jsonb(new) ->> 'id') end);
    if tg_table_name = 'annotation' and tg_op = 'UPDATE'
      and to_jsonb(old) ->> 'conversation_id' is distinct from to_jsonb(new) ->> 'conversation_id' then
      perform pg_notify('second_look', 'conversation:' || (to_jsonb(old) ->> 'conversation_id'));
    end if;
    return null;
  end $$;

create policy changed_places on upload for update to second_look_owner using (true) with check (true);
create policy changed_places on annotation for update to second_look_owner using (true) with check (true);

-- Has two recordings of mine change films, with what their owner wants shown of each and which way up. What was
-- made of either is gone at once, so that nobody who may see the one goes on seeing the other's film. Nobody
-- else may see the second: they would be shown a film that was never shared with them.
-- moved_ms: how much later in the second one's film the same moment comes; notes on the first move along.
-- other_deleted_at: where the second one goes into the trash, it must be out of it, and the other way round; so
-- whoever asks twice does not change them back.
create function access.exchange_films(asked_recording uuid, other_recording uuid, moved_ms integer, other_deleted_at timestamptz)
  returns setof uuid
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp
  as $$
  declare
    pair uuid[] := array[asked_recording, other_recording];
    one record;
    other record;
  begin
    -- Steps, then their cuts, then their recordings: in this order all do, so that no two wait for each other.
    perform from public.processing_step where recording_id = any (pair) order by id for update;
    perform from public.cut where recording_id = any (pair) order by id for update;
    perform from public.recording where id = any (pair) order by id for update;
    select r.*, c.id as cut_id, c.start_ms, c.end_ms, c.poster_at_ms into one
    from public.recording r
    join public.processing_step p on p.recording_id = r.id and p.kind = 'prepare'
    join public.cut c on c.id = p.cut_id
    where r.id = asked_recording and r.owner_id = access.me() and r.deleted_at is null;
    if not found then
      return;
    end if;
    select r.*, c.id as cut_id, c.start_ms, c.end_ms, c.poster_at_ms into other
    from public.recording r
    join public.processing_step p on p.recording_id = r.id and p.kind = 'prepare'
    join public.cut c on c.id = p.cut_id
    where r.id = other_recording and r.owner_id = access.me() and r.id <> asked_recording
      and (r.deleted_at is null) = (other_deleted_at is not null)
      and not exists (select from public."grant" g where g.recording_id = r.id and g.revoked_at is null
        and (g.expires_at is null or g.expires_at > now()));
    if not found then
      return;
    end if;
    -- Out of each other's way first: a recording has one file in each place. Facts are found anew, because the
    -- copy that was made to be read lies with the recording that it was made for.
    update public.source set part = part + 1000 where recording_id = any (pair);
    update public.source set part = part - 1000, facts = null, readable_key = null,
      recording_id = case recording_id when one.id then other.id else one.id end
    where recording_id = any (pair);
    update public.upload set recording_id = case recording_id when one.id then other.id else one.id end
    where recording_id = any (pair) and finished_at is not null;
    delete from public.processing_step where recording_id = any (pair) and kind <> 'prepare';
    delete from public.rendition where cut_id in (one.cut_id, other.cut_id);
    update public.cut c set
      start_ms = case c.id when one.cut_id then other.start_ms else one.start_ms end,
      end_ms = case c.id when one.cut_id then other.end_ms else one.end_ms end,
      poster_at_ms = case c.id when one.cut_id then other.poster_at_ms else one.poster_at_ms end,
      published_attempt = null, poster_key = null, chapters = null, storyboard_key = null, storyboard = null,
      waveform_key = null, peaks_per_second = null, made_bytes = 0
    where c.id in (one.cut_id, other.cut_id);
    update public.processing_step p set state = 'pending', reopened_after = p.attempt, error_code = null,
      error_log = null, version = c.last_version, updated_at = now()
    from public.cut c where c.id = p.cut_id and p.recording_id = any (pair);
    update public.recording r set state = 'processing', progress = 0, failure_code = null, is_incomplete = false,
      playable = false, duration_ms = null, updated_at = now(),
      parts = case r.id when one.id then other.parts else one.parts end,
      shown_from_ms = case r.id when one.id then other.shown_from_ms else one.shown_from_ms end,
      shown_to_ms = case r.id when one.id then other.shown_to_ms else one.shown_to_ms end,
      deleted_at = case r.id when other.id then other_deleted_at end
    where r.id = any (pair);
    perform set_config('app.moves_notes', 'on', true);
    if moved_ms <> 0 then
      update public.annotation a set start_ms = a.start_ms + moved_ms, end_ms = a.end_ms + moved_ms
      where a.recording_id = one.id;
    end if;
    -- What its owner wrote on the second one while they looked at it comes along with its film.
    update public.annotation a set recording_id = one.id
    where a.recording_id = other.id and a.conversation_id is null and a.author_id = access.me();
    perform set_config('app.moves_notes', 'off', true);
    return query select p.id from public.processing_step p
      where p.recording_id = any (pair) order by p.recording_id = other.id;
  end $$;
revoke execute on function access.exchange_films(uuid, uuid, integer, timestamptz) from public;
grant execute on function access.exchange_films(uuid, uuid, integer, timestamptz) to second_look_app;
