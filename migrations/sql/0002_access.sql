-- Who may see and do what. Every policy carries the sentence that it enforces; core/access says the same
-- rules in TypeScript, and tests/access holds the two against each other.
--
-- How to read it: the functions first (each answers one question about the person at work, `access.me()`),
-- then a section for each table: what the role may do at all (grant), and to which rows (policy).
-- Predicates on the row itself stand first, so that INSERT … RETURNING sees the new row.
-- Trash and revocation are filtered in queries: a SELECT policy that did it would reject the UPDATE that sets them.

create schema access;
grant usage on schema access, public to second_look_app;
grant usage on schema auth to second_look_app, second_look_auth;
grant usage on schema public to second_look_worker;

-- The questions.

-- The person this transaction works for, or null. After a commit the pooled setting is an empty string.
create function access.me() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('app.user_id', true), '')::uuid;

-- Does this principal stand for me: as myself, or as a current member of the group it names?
create function access.is_me(principal_id uuid) returns boolean
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    select exists (
      select from public.principal p
      left join public.group_member m on m.group_id = p.group_id and m.user_id = access.me()
      where p.id = is_me.principal_id and (p.user_id = access.me() or m.user_id is not null))
  $$;

-- The principals that stand for me.
create function access.my_principals() returns setof uuid
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    select p.id from public.principal p where p.user_id = access.me()
    union all
    select p.id from public.group_member m join public.principal p on p.group_id = m.group_id
    where m.user_id = access.me()
  $$;

-- Is this recording mine?
create function access.owns(recording_id uuid) returns boolean
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    select exists (
      select from public.recording r where r.id = owns.recording_id and r.owner_id = access.me())
  $$;

-- Do I hold a live grant on this recording: neither revoked nor expired, on something not in the trash?
create function access.holds(recording_id uuid) returns boolean
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    select exists (
      select from public."grant" g join public.recording r on r.id = g.recording_id
      where g.recording_id = holds.recording_id
        and g.principal_id in (select access.my_principals())
        and g.revoked_at is null and (g.expires_at is null or g.expires_at > now())
        and r.deleted_at is null)
  $$;

-- May I watch this cut: is it mine, or do I hold a live grant of it?
create function access.sees_cut(cut_id uuid) returns boolean
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    select exists (
        select from public.cut c join public.recording r on r.id = c.recording_id
        where c.id = sees_cut.cut_id and r.owner_id = access.me())
      or exists (
        select from public."grant" g join public.recording r on r.id = g.recording_id
        where g.cut_id = sees_cut.cut_id
          and g.principal_id in (select access.my_principals())
          and g.revoked_at is null and (g.expires_at is null or g.expires_at > now())
          and r.deleted_at is null)
  $$;

-- May I look at these milliseconds of this recording: is it mine, or does a cut I hold contain them?
create function access.sees_moment(recording_id uuid, start_ms integer, end_ms integer) returns boolean
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    select access.owns(sees_moment.recording_id) or exists (
      select from public."grant" g
      join public.cut c on c.id = g.cut_id
      join public.recording r on r.id = g.recording_id
      where g.recording_id = sees_moment.recording_id
        and g.principal_id in (select access.my_principals())
        and g.revoked_at is null and (g.expires_at is null or g.expires_at > now())
        and r.deleted_at is null
        and c.start_ms <= sees_moment.start_ms
        and (c.end_ms is null or c.end_ms >= coalesce(sees_moment.end_ms, sees_moment.start_ms)))
  $$;

-- Do I take part in this conversation: is the recording mine, or do I hold a live grant with this
-- principal (with this right, where one is named) whose cut contains these milliseconds?
create function access.in_conversation(
  conversation_id uuid, start_ms integer default null, end_ms integer default null, with_right text default 'view'
) returns boolean
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    select exists (
      select from public.conversation v
      join public.recording r on r.id = v.recording_id
      where v.id = in_conversation.conversation_id
        and (r.owner_id = access.me() or (
          r.deleted_at is null
          and access.is_me(v.principal_id)
          and exists (
            select from public."grant" g join public.cut c on c.id = g.cut_id
            where g.recording_id = v.recording_id and g.principal_id = v.principal_id
              and g.revoked_at is null and (g.expires_at is null or g.expires_at > now())
              and in_conversation.with_right = any (g.rights)
              and (in_conversation.start_ms is null or (
                c.start_ms <= in_conversation.start_ms
                and (c.end_ms is null
                  or c.end_ms >= coalesce(in_conversation.end_ms, in_conversation.start_ms))))))))
  $$;

-- May I read this note: a private one of mine on a moment I may look at, or one in a conversation of mine?
create function access.sees_annotation(annotation_id uuid) returns boolean
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    select exists (
      select from public.annotation a
      where a.id = sees_annotation.annotation_id
        and case when a.conversation_id is null
          then a.author_id = access.me() and access.sees_moment(a.recording_id, a.start_ms, a.end_ms)
          else access.in_conversation(a.conversation_id, a.start_ms, a.end_ms)
        end)
  $$;

-- May I answer this note: my own private one, or one in a conversation in which I may comment?
create function access.may_answer(annotation_id uuid) returns boolean
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    select exists (
      select from public.annotation a
      where a.id = may_answer.annotation_id and a.deleted_at is null
        and case when a.conversation_id is null
          then a.author_id = access.me() and access.sees_moment(a.recording_id, a.start_ms, a.end_ms)
          else access.in_conversation(a.conversation_id, a.start_ms, a.end_ms, 'comment')
        end)
  $$;

-- May I pass on this cut with these rights until then: is it mine, or do I hold a live grant of it that
-- allows passing on, with at least these rights and for at least as long?
create function access.may_grant(cut_id uuid, rights text[], expires_at timestamptz) returns boolean
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    select exists (
        select from public.cut c join public.recording r on r.id = c.recording_id
        where c.id = may_grant.cut_id and r.owner_id = access.me())
      or exists (
        select from public."grant" g join public.recording r on r.id = g.recording_id
        where g.cut_id = may_grant.cut_id
          and g.principal_id in (select access.my_principals())
          and g.revoked_at is null and (g.expires_at is null or g.expires_at > now())
          and r.deleted_at is null
          and 'reshare' = any (g.rights)
          and may_grant.rights <@ g.rights
          and (g.expires_at is null or may_grant.expires_at <= g.expires_at))
  $$;

-- Am I a member of this group?
create function access.in_group(group_id uuid) returns boolean
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    select exists (
      select from public.group_member m
      where m.group_id = in_group.group_id and m.user_id = access.me())
  $$;

-- Was a recording of mine shared with this group? Its owner must be able to tell who sees it, also from outside.
create function access.shared_with(group_id uuid) returns boolean
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    select exists (
      select from public.principal p
      join public."grant" g on g.principal_id = p.id
      join public.recording r on r.id = g.recording_id
      where p.group_id = shared_with.group_id and r.owner_id = access.me())
  $$;

-- Does this organisation belong to a trust (or stand-alone school) of mine?
create function access.in_my_trust(organisation_id uuid) returns boolean
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    select exists (
      select from public.organisation o
      join public.organisation mine on coalesce(mine.parent_id, mine.id) = coalesce(o.parent_id, o.id)
      join public.membership m on m.organisation_id = mine.id
      where o.id = in_my_trust.organisation_id and m.user_id = access.me())
  $$;

-- May I know this person's name: a colleague in my trust, somebody in a group with me, the other side of a
-- recording that was shared, or whoever wrote in a conversation about a recording of mine?
create function access.knows(user_id uuid) returns boolean
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    select knows.user_id = access.me()
      or exists (
        select from public.membership theirs
        where theirs.user_id = knows.user_id and access.in_my_trust(theirs.organisation_id))
      or exists (
        select from public.group_member theirs
        join public.group_member mine on mine.group_id = theirs.group_id
        where theirs.user_id = knows.user_id and mine.user_id = access.me())
      or exists (
        select from public."grant" g
        join public.principal p on p.id = g.principal_id
        join public.recording r on r.id = g.recording_id
        where p.user_id = knows.user_id and r.owner_id = access.me())
      or exists (
        select from public.recording r join public."grant" g on g.recording_id = r.id
        where r.owner_id = knows.user_id and g.principal_id in (select access.my_principals()))
      or exists (
        select from public.annotation a join public.recording r on r.id = a.recording_id
        where a.author_id = knows.user_id and a.conversation_id is not null and r.owner_id = access.me())
      or exists (
        select from public.reply y
        join public.annotation a on a.id = y.annotation_id
        join public.recording r on r.id = a.recording_id
        where y.author_id = knows.user_id and a.conversation_id is not null and r.owner_id = access.me())
  $$;

-- May I name this principal: a person I know, or a group of mine?
create function access.sees_principal(principal_id uuid) returns boolean
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    select exists (
      select from public.principal p
      where p.id = sees_principal.principal_id
        and ((p.user_id is not null and access.knows(p.user_id))
          or (p.group_id is not null and access.in_group(p.group_id))))
  $$;

revoke execute on all functions in schema access from public;
grant execute on all functions in schema access to second_look_app;
grant execute on function access.me() to second_look_worker;

-- Row-level security everywhere; the owner reads, because the functions above work as the owner.
do $$
declare t record;
begin
  for t in select schemaname, tablename from pg_tables where schemaname in ('public', 'auth') loop
    execute format('alter table %I.%I enable row level security', t.schemaname, t.tablename);
    execute format('alter table %I.%I force row level security', t.schemaname, t.tablename);
    execute format(
      'create policy owner_reads on %I.%I for select to second_look_owner using (true)',
      t.schemaname, t.tablename);
  end loop;
end $$;

-- Signing in: the role `auth` has better-auth's tables, nobody else reads them …
grant select, insert, update, delete on all tables in schema auth to second_look_auth;
create policy auth_only on auth."user" to second_look_auth using (true) with check (true);
create policy auth_only on auth.session to second_look_auth using (true) with check (true);
create policy auth_only on auth.account to second_look_auth using (true) with check (true);
create policy auth_only on auth.verification to second_look_auth using (true) with check (true);
create policy auth_only on auth.rate_limit to second_look_auth using (true) with check (true);
create policy auth_only on auth.failed_sign_in to second_look_auth using (true) with check (true);

-- … except names. The directory: I may know the names of people I know, never their addresses.
grant select (id, name) on auth."user" to second_look_app;
create policy directory on auth."user" for select to second_look_app
  using (id = access.me() or access.knows(id));
create view person with (security_invoker = true) as select id, name from auth."user";
grant select on person to second_look_app;

-- An organisation and its memberships are known throughout its trust.
grant select on organisation, membership to second_look_app;
create policy in_my_trust on organisation for select to second_look_app
  using (access.in_my_trust(id));
create policy in_my_trust on membership for select to second_look_app
  using (user_id = access.me() or access.in_my_trust(organisation_id));

-- Organisations, people and who works where are set up from outside the server, as the owner.
create policy set_up on organisation for insert to second_look_owner with check (true);
create policy set_up on membership for insert to second_look_owner with check (true);
create policy set_up on auth."user" for insert to second_look_owner with check (true);
create policy set_up on auth.account for insert to second_look_owner with check (true);

-- A group and its members are known to its members; the group also to whoever has shared a recording with it.
grant select on "group", group_member to second_look_app;
create policy member on "group" for select to second_look_app
  using (access.in_group(id) or access.shared_with(id));
create policy member on group_member for select to second_look_app
  using (user_id = access.me() or access.in_group(group_id));

-- A principal is known with the person or the group that it stands for.
grant select on principal to second_look_app;
create policy known on principal for select to second_look_app
  using (user_id = access.me() or access.knows(user_id)
    or access.in_group(group_id) or access.shared_with(group_id));

-- A recording is visible to its owner, and to whoever holds a live grant.
grant select on recording to second_look_app;
grant insert (id, owner_id, client_id, title, subject, phase, year_group, class_name, lesson_date)
  on recording to second_look_app;
grant update (title, subject, phase, year_group, class_name, lesson_date, state, progress, failure_code,
  updated_at, deleted_at) on recording to second_look_app;
create policy visible on recording for select to second_look_app
  using (owner_id = access.me() or access.holds(id));
create policy own on recording for insert to second_look_app
  with check (owner_id = access.me());
create policy own_change on recording for update to second_look_app
  using (owner_id = access.me()) with check (owner_id = access.me());
-- Workers know that a recording exists and how far it is, not what it is called or whose it is.
grant select (id, state, playable, progress, duration_ms, failure_code, is_incomplete, updated_at, deleted_at),
  update (state, playable, progress, duration_ms, failure_code, is_incomplete, updated_at), delete
  on recording to second_look_worker;
create policy work on recording for select to second_look_worker using (true);
create policy work_change on recording for update to second_look_worker using (true) with check (true);
create policy empty_trash on recording for delete to second_look_worker
  using (deleted_at < now() - interval '30 days');

-- The file on its way in, the file itself and the work on it are its owner's business alone.
grant select on upload, source, processing_step to second_look_app;
grant insert on upload, source, processing_step to second_look_app;
grant update (offset_bytes, lease_id, lease_until, updated_at, finished_at) on upload to second_look_app;
grant delete on upload to second_look_app;
grant update (state, reopened_after, error_code, error_log, updated_at) on processing_step to second_look_app;
create policy own on upload to second_look_app
  using (access.owns(recording_id)) with check (access.owns(recording_id));
create policy own on source to second_look_app
  using (access.owns(recording_id)) with check (access.owns(recording_id));
create policy own on processing_step to second_look_app
  using (access.owns(recording_id)) with check (access.owns(recording_id));
grant select (id, recording_id, object_key, size_bytes, updated_at, finished_at), delete
  on upload to second_look_worker;
grant select (id, recording_id, object_key, size_bytes, sha256, facts), update (sha256, facts)
  on source to second_look_worker;
grant select, update (state, attempt, error_code, error_log, updated_at)
  on processing_step to second_look_worker;
create policy work on upload to second_look_worker using (true) with check (true);
create policy work on source to second_look_worker using (true) with check (true);
create policy work on processing_step to second_look_worker using (true) with check (true);

-- A cut, and what is made of it, is visible to the recording's owner and to whoever holds a live grant of it.
grant select on cut, rendition, rendition_chunk to second_look_app;
grant insert (id, recording_id, start_ms, end_ms) on cut to second_look_app;
create policy visible on cut for select to second_look_app
  using (access.owns(recording_id) or access.sees_cut(id));
create policy own on cut for insert to second_look_app
  with check (access.owns(recording_id));
create policy visible on rendition for select to second_look_app
  using (access.sees_cut(cut_id));
create policy visible on rendition_chunk for select to second_look_app
  using (exists (select from rendition r where r.id = rendition_id));
grant select, update (published_attempt, poster_key) on cut to second_look_worker;
grant select, insert, delete on rendition, rendition_chunk to second_look_worker;
create policy work on cut to second_look_worker using (true) with check (true);
create policy work on rendition to second_look_worker using (true) with check (true);
create policy work on rendition_chunk to second_look_worker using (true) with check (true);

-- A grant is known to the recording's owner, to whom it was given, and to whoever gave it and still holds one.
grant select on "grant" to second_look_app;
grant insert (id, recording_id, cut_id, principal_id, rights, reason, granted_by, expires_at)
  on "grant" to second_look_app;
grant update (rights, reason, expires_at, updated_at, revoked_at) on "grant" to second_look_app;
create policy known on "grant" for select to second_look_app
  using (access.owns(recording_id) or access.is_me(principal_id)
    or (granted_by = access.me() and access.holds(recording_id)));
-- One may pass on only what one holds, and only to somebody one may name.
create policy pass_on on "grant" for insert to second_look_app
  with check (granted_by = access.me()
    and access.may_grant(cut_id, rights, expires_at) and access.sees_principal(principal_id));
-- The owner changes and ends every grant, others those they gave.
create policy change on "grant" for update to second_look_app
  using (access.owns(recording_id) or (granted_by = access.me() and access.holds(recording_id)))
  with check (revoked_at is not null or access.may_grant(cut_id, rights, expires_at));

-- Each grant opens its own conversation. The owner sees every one, others those of grants they hold.
grant select on conversation to second_look_app;
create policy taking_part on conversation for select to second_look_app
  using (access.in_conversation(id));

-- A private note is seen by its author alone; one in a conversation by those who take part in it.
grant select on annotation to second_look_app;
grant insert (id, recording_id, conversation_id, author_id, client_id, start_ms, end_ms, kind, body)
  on annotation to second_look_app;
grant update (conversation_id, start_ms, end_ms, kind, body, updated_at, deleted_at)
  on annotation to second_look_app;
create policy visible on annotation for select to second_look_app
  using (case when conversation_id is null
    then author_id = access.me() and access.sees_moment(recording_id, start_ms, end_ms)
    else access.in_conversation(conversation_id, start_ms, end_ms) end);
-- One writes in one's own name, on moments one may look at, in conversations where one may comment.
create policy write on annotation for insert to second_look_app
  with check (author_id = access.me() and case when conversation_id is null
    then access.sees_moment(recording_id, start_ms, end_ms)
    else access.in_conversation(conversation_id, start_ms, end_ms, 'comment') end);
create policy change on annotation for update to second_look_app
  using (author_id = access.me())
  with check (author_id = access.me() and case when conversation_id is null
    then access.sees_moment(recording_id, start_ms, end_ms)
    else access.in_conversation(conversation_id, start_ms, end_ms, 'comment') end);

-- An answer is seen by whoever sees the note, written by whoever may answer it, changed by its author.
grant select on reply to second_look_app;
grant insert (id, annotation_id, author_id, client_id, body) on reply to second_look_app;
grant update (body, updated_at, deleted_at) on reply to second_look_app;
create policy visible on reply for select to second_look_app
  using (access.sees_annotation(annotation_id));
create policy answer on reply for insert to second_look_app
  with check (author_id = access.me() and access.may_answer(annotation_id));
create policy change on reply for update to second_look_app
  using (author_id = access.me() and access.sees_annotation(annotation_id))
  with check (author_id = access.me() and access.may_answer(annotation_id));
