-- What follows by itself from a change, whoever makes it.

-- Every person and every group is a principal from the start. `name_principal` and `open_conversation` work
-- as the owner, because the role that makes the change may not write these tables.
create function access.name_principal() returns trigger
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
  as $$
  begin
    if tg_table_schema = 'auth' then
      insert into public.principal (user_id) values (new.id);
    else
      insert into public.principal (group_id) values (new.id);
    end if;
    return null;
  end $$;
create policy named on principal for insert to second_look_owner with check (true);
create trigger name_principal after insert on auth."user" for each row execute function access.name_principal();
create trigger name_principal after insert on "group" for each row execute function access.name_principal();

-- A grant opens its conversation, once for each recording and principal.
create function access.open_conversation() returns trigger
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
  as $$
  begin
    insert into public.conversation (recording_id, principal_id)
    values (new.recording_id, new.principal_id)
    on conflict (recording_id, principal_id) do nothing;
    return null;
  end $$;
create policy opened on conversation for insert to second_look_owner with check (true);
create trigger open_conversation after insert on "grant" for each row execute function access.open_conversation();

-- A note that somebody else has answered stays in its conversation: the answer was meant for those who take
-- part. Here and not among the policies, because a policy cannot compare a row with what it was. The lock makes
-- an answer and a move that come at the same instant wait for one another; whichever is second looks again.
create function access.lock_note(annotation_id uuid) returns void
  language sql volatile set search_path = pg_catalog, pg_temp
  return pg_advisory_xact_lock(hashtextextended('note ' || annotation_id::text, 0));
create function access.keep_answered() returns trigger
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
  as $$
  begin
    perform access.lock_note(new.id);
    if exists (
      select from public.reply r where r.annotation_id = new.id and r.author_id <> new.author_id) then
      raise exception 'An answered note stays in its conversation.' using errcode = 'insufficient_privilege';
    end if;
    return new;
  end $$;
create trigger keep_answered before update of conversation_id on annotation for each row
  when (old.conversation_id is not null and new.conversation_id is distinct from old.conversation_id)
  execute function access.keep_answered();
create function access.answer_where_it_is() returns trigger
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
  as $$
  begin
    perform access.lock_note(new.annotation_id);
    if access.me() is not null and not access.may_answer(new.annotation_id) then
      raise exception 'This note cannot be answered.' using errcode = 'insufficient_privilege';
    end if;
    return new;
  end $$;
create trigger answer_where_it_is before insert on reply for each row
  execute function access.answer_where_it_is();

-- Tells listeners that something changed: its kind and its id, and nothing of it, for any login may listen.
-- A note that leaves a conversation announces the conversation: those in it can no longer see the note.
create function access.announce() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
  begin
    perform pg_notify('second_look', case tg_table_name
      when 'reply' then 'annotation:' || (to_jsonb(new) ->> 'annotation_id')
      else tg_table_name || ':' || (to_jsonb(new) ->> 'id') end);
    if tg_table_name = 'annotation' and tg_op = 'UPDATE'
      and to_jsonb(old) ->> 'conversation_id' is distinct from to_jsonb(new) ->> 'conversation_id' then
      perform pg_notify('second_look', 'conversation:' || (to_jsonb(old) ->> 'conversation_id'));
    end if;
    return null;
  end $$;
create trigger announce after insert or update on recording for each row execute function access.announce();
create trigger announce after insert or update on annotation for each row execute function access.announce();
create trigger announce after insert or update on reply for each row execute function access.announce();
create trigger announce after insert or update on "grant" for each row execute function access.announce();

revoke execute on function access.name_principal(), access.open_conversation(), access.keep_answered(),
  access.answer_where_it_is(), access.lock_note(uuid), access.announce() from public;
