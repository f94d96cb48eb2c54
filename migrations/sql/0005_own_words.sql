-- Whoever may no longer comment may still take back what they wrote, as long as they can see it: a row that
-- stays there asks for the right to write it, one that is taken away only for the sight of where it is.
drop policy change on annotation;
create policy change on annotation for update to second_look_app
  using (author_id = access.me())
  with check (author_id = access.me() and case when conversation_id is null
    then access.sees_moment(recording_id, start_ms, end_ms)
    else access.in_conversation(conversation_id, start_ms, end_ms,
      case when deleted_at is null then 'comment' else 'view' end) end);
drop policy change on reply;
create policy change on reply for update to second_look_app
  using (author_id = access.me() and access.sees_annotation(annotation_id))
  with check (author_id = access.me() and case when deleted_at is null
    then access.may_answer(annotation_id) else access.sees_annotation(annotation_id) end);

-- Long lists ask once, not about each row: who may see what is said here as in 0002_access.sql, for all the
-- notes of one recording and for all colleagues at a time.

-- The notes of this recording that I may read: my private ones, and those in conversations of mine; where it is
-- not mine, only on moments that a cut I hold contains.
create function access.notes_of(recording_id uuid) returns setof public.annotation
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    with held as materialized (
      select v.id as conversation_id, c.start_ms, c.end_ms
      from public."grant" g
      join public.cut c on c.id = g.cut_id
      join public.recording r on r.id = g.recording_id
      left join public.conversation v on v.recording_id = g.recording_id and v.principal_id = g.principal_id
      where g.recording_id = notes_of.recording_id
        and g.principal_id in (select access.my_principals())
        and g.revoked_at is null and (g.expires_at is null or g.expires_at > now())
        and r.deleted_at is null)
    select a.*
    from public.annotation a
    where a.recording_id = notes_of.recording_id
      and (a.conversation_id is not null or a.author_id = access.me())
      and ((select access.owns(notes_of.recording_id)) or exists (
        select from held
        where (a.conversation_id is null or held.conversation_id = a.conversation_id)
          and held.start_ms <= a.start_ms
          and (held.end_ms is null or held.end_ms >= coalesce(a.end_ms, a.start_ms))))
  $$;

-- An answer is seen by whoever sees the note.
create function access.answers_of(recording_id uuid) returns setof public.reply
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    select y.*
    from access.notes_of(answers_of.recording_id) a join public.reply y on y.annotation_id = a.id
  $$;

-- My colleagues, throughout my trusts, whose names are like this; where somebody belongs to several
-- organisations, the first by name stands for them.
create function access.colleagues_like(pattern text) returns table (id uuid, name text, organisation text)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    select u.id, u.name, min(o.name)
    from public.membership mine
    join public.organisation home on home.id = mine.organisation_id
    join public.organisation o on coalesce(o.parent_id, o.id) = coalesce(home.parent_id, home.id)
    join public.membership theirs on theirs.organisation_id = o.id
    join auth."user" u on u.id = theirs.user_id
    where mine.user_id = access.me() and u.id <> access.me() and u.name ilike colleagues_like.pattern
    group by u.id, u.name
  $$;

revoke execute on function access.notes_of(uuid), access.answers_of(uuid), access.colleagues_like(text) from public;
grant execute on function access.notes_of(uuid), access.answers_of(uuid), access.colleagues_like(text)
  to second_look_app;

-- PostgreSQL 18 would plan this one anew for each person it is asked about, which takes longer than to answer.
alter function access.knows(uuid) set plan_cache_mode = force_generic_plan;
