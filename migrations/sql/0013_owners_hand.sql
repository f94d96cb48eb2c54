-- What its owner does with the picture of a recording: turn it, trim its ends, choose its cover.

-- Quarter turns clockwise beyond what the file says; with the facts, on the row of the first part.
alter table source add column turned smallint not null default 0 check (turned in (0, 90, 180, 270));
-- Where what is shown of it begins and ends, in source time, whoever watches.
alter table recording add column shown_from_ms integer not null default 0 check (shown_from_ms >= 0);
alter table recording add column shown_to_ms integer check (shown_to_ms > shown_from_ms);
-- Which way up it was made: pieces that are made later go with those that are there.
alter table rendition add column turned smallint not null default 0 check (turned in (0, 90, 180, 270));
-- The moment of the cover, in source time.
alter table cut add column poster_at_ms integer check (poster_at_ms >= 0);
-- What the container calls its parts: [{"startMs", "title"}] in what is shown.
alter table cut add column chapters jsonb;
grant update (chapters) on cut to second_look_worker;
alter table processing_step drop constraint processing_step_kind_check;
-- widens: a kind of work that there was not before.
alter table processing_step add constraint processing_step_kind_check
  check (kind in ('prepare', 'piece', 'chunk', 'sound', 'beside', 'poster'));

grant select (turned) on source to second_look_worker;
-- What an operator has prepared again is looked into anew.
grant update (version) on processing_step to second_look_worker;
-- What was made of it before its owner trimmed it goes at once.
create policy shown_otherwise on source for update to second_look_owner using (true) with check (true);
create policy shown_otherwise on cut for update to second_look_owner using (true) with check (true);
create policy shown_otherwise on recording for update to second_look_owner using (true) with check (true);
create policy shown_otherwise on processing_step for update to second_look_owner using (true) with check (true);
create policy planned_anew on processing_step for delete to second_look_owner using (kind <> 'prepare');
create policy cover on processing_step for insert to second_look_owner with check (kind = 'poster');
create policy trimmed on rendition for delete to second_look_owner using (true);

-- Has a recording of mine prepared anew, turned and trimmed like this. What showed more of it than I want is
-- gone at once; what only lay on its side can be watched until the new is there.
create function access.show_film(asked_recording uuid, wanted_turned integer, wanted_start_ms integer, wanted_end_ms integer)
  returns uuid
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp
  as $$
  declare
    found_step record;
    found_cut record;
    is_trimmed boolean;
  begin
    select p.id, p.cut_id into found_step
    from public.processing_step p join public.recording r on r.id = p.recording_id
    where p.recording_id = asked_recording and p.kind = 'prepare'
      and r.owner_id = access.me() and r.deleted_at is null;
    if not found then
      return null;
    end if;
    -- Steps, then their cut, then its recording: in this order all do, so that no two wait for each other.
    perform from public.processing_step where cut_id = found_step.cut_id order by id for update;
    select c.start_ms, c.end_ms, c.last_version into found_cut
    from public.cut c where c.id = found_step.cut_id for update;
    is_trimmed := (found_cut.start_ms, found_cut.end_ms) is distinct from (wanted_start_ms, wanted_end_ms);
    update public.source set turned = wanted_turned where recording_id = asked_recording and part = 0;
    delete from public.processing_step where cut_id = found_step.cut_id and kind <> 'prepare';
    if is_trimmed then
      delete from public.rendition where cut_id = found_step.cut_id;
      update public.cut set start_ms = wanted_start_ms, end_ms = wanted_end_ms, published_attempt = null,
        poster_key = null, chapters = null, storyboard_key = null, storyboard = null, waveform_key = null, peaks_per_second = null,
        made_bytes = 0
      where id = found_step.cut_id;
    end if;
    -- Versions up to this one show it otherwise than it is wanted.
    update public.processing_step set state = 'pending', reopened_after = attempt, error_code = null,
      error_log = null, version = found_cut.last_version, updated_at = now()
    where id = found_step.id;
    update public.recording set state = 'processing', progress = 0, failure_code = null, is_incomplete = false,
      playable = playable and not is_trimmed,
      shown_from_ms = wanted_start_ms, shown_to_ms = wanted_end_ms, updated_at = now()
    where id = asked_recording;
    return found_step.id;
  end $$;

-- Has the cover of a recording of mine made of the picture at this moment.
create function access.choose_poster(asked_recording uuid, wanted_at_ms integer) returns uuid
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp
  as $$
  declare
    found_cut uuid;
    step uuid;
  begin
    select c.id into found_cut
    from public.processing_step p
    join public.cut c on c.id = p.cut_id
    join public.recording r on r.id = p.recording_id
    where p.recording_id = asked_recording and p.kind = 'prepare'
      and r.owner_id = access.me() and r.deleted_at is null;
    if not found then
      return null;
    end if;
    insert into public.processing_step as s (id, recording_id, cut_id, kind)
    values (gen_random_uuid(), asked_recording, found_cut, 'poster')
    on conflict (cut_id, version, kind, part) do update
      set state = 'pending', reopened_after = s.attempt, error_code = null, error_log = null, updated_at = now()
    returning s.id into step;
    update public.cut set poster_at_ms = wanted_at_ms where id = found_cut;
    return step;
  end $$;
revoke execute on function access.show_film(uuid, integer, integer, integer), access.choose_poster(uuid, integer)
  from public;
grant execute on function access.show_film(uuid, integer, integer, integer), access.choose_poster(uuid, integer)
  to second_look_app;
