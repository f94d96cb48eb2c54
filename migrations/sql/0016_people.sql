-- People come by invitation, and administrators look after who works where. All of it goes through the functions
-- here: the server's login has no right on these rows itself.

-- A leaver's account is closed, not deleted: what they own stays, and what they shared goes on.
alter table auth."user" add column closed_at timestamptz;
alter table auth."user" add column closed_by uuid references auth."user";

create table invitation (
  id uuid primary key,
  organisation_id uuid not null references organisation,
  email text not null check (email = lower(email)),
  role text not null check (role in ('member', 'lead', 'admin')),
  -- SHA-256 of what the link carries: whoever reads this table cannot accept.
  token_hash text not null unique,
  invited_by uuid not null references auth."user",
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  accepted_at timestamptz,
  withdrawn_at timestamptz
);
create unique index one_open_invitation_each on invitation (organisation_id, email)
  where accepted_at is null and withdrawn_at is null;
alter table invitation enable row level security;
alter table invitation force row level security;
create policy owner_reads on invitation for select to second_look_owner using (true);
create policy invited on invitation for insert to second_look_owner with check (true);
create policy settled on invitation for update to second_look_owner using (true) with check (true);
create policy given_role on membership for update to second_look_owner using (true) with check (true);
create policy closed on auth."user" for update to second_look_owner using (true) with check (true);
create policy closed on auth.session for delete to second_look_owner using (true);

-- Does this person look after the people of this organisation: as an administrator of it, or of the trust that
-- it belongs to, who has not left?
create function access.is_manager(person_id uuid, organisation_id uuid) returns boolean
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    select exists (
      select from public.organisation o
      join public.membership m on m.organisation_id in (o.id, o.parent_id)
      join auth."user" u on u.id = m.user_id and u.closed_at is null
      where o.id = is_manager.organisation_id and m.user_id = is_manager.person_id and m.role = 'admin')
  $$;

-- Do I?
create function access.manages(organisation_id uuid) returns boolean
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    select access.is_manager(access.me(), manages.organisation_id)
  $$;

-- Whom they invited is known to those who look after its people.
grant select (id, organisation_id, email, role, invited_by, created_at, expires_at, accepted_at, withdrawn_at)
  on invitation to second_look_app;
create policy managed on invitation for select to second_look_app using (access.manages(organisation_id));

-- The organisations whose people I look after.
create function access.managed() returns table (id uuid, name text, kind text)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    select distinct o.id, o.name, o.kind
    from public.membership m
    join public.organisation o on m.organisation_id in (o.id, o.parent_id)
    where m.user_id = access.me() and m.role = 'admin'
  $$;

-- Who works at an organisation whose people I look after, with the addresses that they sign in with.
create function access.people_of(organisation_id uuid)
  returns table (id uuid, name text, email text, role text, joined_at timestamptz, closed_at timestamptz)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    select u.id, u.name, u.email, m.role, m.created_at, u.closed_at
    from public.membership m join auth."user" u on u.id = m.user_id
    where m.organisation_id = people_of.organisation_id and access.manages(people_of.organisation_id)
  $$;

-- Invites an address; whoever was invited already gets another link, and the one before leads nowhere.
create function access.invite(new_id uuid, asked_organisation uuid, asked_email text, asked_role text,
  asked_token_hash text, asked_until timestamptz) returns text
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp
  as $$
  begin
    if not access.manages(asked_organisation) then
      return 'not_found';
    end if;
    if exists (select from public.membership m join auth."user" u on u.id = m.user_id
      where m.organisation_id = asked_organisation and u.email = asked_email) then
      return 'member';
    end if;
    insert into public.invitation (id, organisation_id, email, role, token_hash, invited_by, expires_at)
    values (new_id, asked_organisation, asked_email, asked_role, asked_token_hash, access.me(), asked_until)
    on conflict (organisation_id, email) where accepted_at is null and withdrawn_at is null do update
      set role = excluded.role, token_hash = excluded.token_hash, invited_by = excluded.invited_by,
        expires_at = excluded.expires_at;
    return 'invited';
  end $$;

create function access.withdraw_invitation(asked_id uuid) returns boolean
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp
  as $$
  begin
    update public.invitation i set withdrawn_at = now()
    where i.id = asked_id and i.accepted_at is null and i.withdrawn_at is null
      and access.manages(i.organisation_id);
    return found;
  end $$;

-- What a link leads to, for whoever has it; nothing where it was used, withdrawn, replaced, or is too old, nor
-- where whoever invited may not any more.
create function access.invitation_behind(asked_token_hash text)
  returns table (email text, organisation text, role text, invited_by text, has_account boolean)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    select i.email, o.name, i.role, u.name,
      exists (select from auth."user" known where known.email = i.email)
    from public.invitation i
    join public.organisation o on o.id = i.organisation_id
    join auth."user" u on u.id = i.invited_by
    where i.token_hash = asked_token_hash and i.accepted_at is null and i.withdrawn_at is null
      and i.expires_at > now() and access.is_manager(i.invited_by, i.organisation_id)
  $$;

-- Makes whoever has the link one of the organisation's people: with a new account, or with the one that I am
-- signed in with, if it has the invited address.
create function access.accept_invitation(asked_token_hash text, new_user uuid, new_account uuid, new_name text,
  new_password text) returns text
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp
  as $$
  declare
    found_invitation record;
    known uuid;
  begin
    select i.* into found_invitation from public.invitation i
    where i.token_hash = asked_token_hash and i.accepted_at is null and i.withdrawn_at is null
      and i.expires_at > now()
    for update;
    if not found or not access.is_manager(found_invitation.invited_by, found_invitation.organisation_id) then
      return 'link_over';
    end if;
    select u.id into known from auth."user" u where u.email = found_invitation.email;
    if known is null and access.me() is not null or known <> access.me() then
      return 'other_address';
    end if;
    if known is not null and access.me() is null then
      return 'sign_in_first';
    end if;
    if known is null then
      known := new_user;
      insert into auth."user" (id, name, email, email_verified)
      values (known, new_name, found_invitation.email, true);
      insert into auth.account (id, user_id, account_id, provider_id, password)
      values (new_account, known, known::text, 'credential', new_password);
    end if;
    insert into public.membership (user_id, organisation_id, role)
    values (known, found_invitation.organisation_id, found_invitation.role)
    on conflict do nothing;
    update public.invitation i set accepted_at = now() where i.id = found_invitation.id;
    return 'accepted';
  end $$;

-- Gives somebody another role at an organisation whose people I look after; nobody changes their own.
create function access.give_role(asked_organisation uuid, asked_user uuid, asked_role text) returns text
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp
  as $$
  begin
    if not access.manages(asked_organisation) then
      return 'not_found';
    end if;
    if asked_user = access.me() then
      return 'oneself';
    end if;
    -- Two who take each other's role at once wait here, so that one of them stays.
    perform pg_advisory_xact_lock(hashtext('second_look administrators'));
    if not access.manages(asked_organisation) then
      return 'not_found';
    end if;
    update public.membership m set role = asked_role
    where m.organisation_id = asked_organisation and m.user_id = asked_user;
    return case when found then 'given' else 'not_found' end;
  end $$;

-- Closes the account of somebody whom I look after wherever they work, and ends their sessions; or opens it
-- again, where I closed it or am an administrator of all.
create function access.close_account(asked_user uuid, is_closed boolean) returns text
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp
  as $$
  begin
    -- Two who close each other's at once wait here, so that one of them stays.
    perform pg_advisory_xact_lock(hashtext('second_look administrators'));
    if not exists (select from public.membership m where m.user_id = asked_user)
      or exists (select from public.membership m where m.user_id = asked_user
        and not access.manages(m.organisation_id)) then
      return 'not_found';
    end if;
    if asked_user = access.me() then
      return 'oneself';
    end if;
    if not is_closed and not access.is_administrator() and exists (select from auth."user" u
      where u.id = asked_user and u.closed_at is not null and u.closed_by is distinct from access.me()) then
      return 'not_found';
    end if;
    update auth."user" u set closed_at = case when is_closed then coalesce(u.closed_at, now()) end,
      closed_by = case when is_closed then coalesce(u.closed_by, access.me()) end, updated_at = now()
    where u.id = asked_user;
    delete from auth.session s where s.user_id = asked_user and is_closed;
    return 'done';
  end $$;

-- A closed account opens no session, whoever makes it.
create function auth.refuse_closed() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
  begin
    -- Held, so that a closing waits for this session and then ends it.
    perform from auth."user" u where u.id = new.user_id for share;
    if exists (select from auth."user" u where u.id = new.user_id and u.closed_at is not null) then
      raise exception 'This account is closed.' using errcode = 'SL001';
    end if;
    return new;
  end $$;
-- widens: no account was closed before.
create trigger refuse_closed before insert on auth.session for each row execute function auth.refuse_closed();

-- Nobody is offered who has left.
create or replace function access.colleagues_like(pattern text) returns table (id uuid, name text, organisation text)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  as $$
    select u.id, u.name, min(o.name)
    from public.membership mine
    join public.organisation home on home.id = mine.organisation_id
    join public.organisation o on coalesce(o.parent_id, o.id) = coalesce(home.parent_id, home.id)
    join public.membership theirs on theirs.organisation_id = o.id
    join auth."user" u on u.id = theirs.user_id
    where mine.user_id = access.me() and u.id <> access.me() and u.name ilike colleagues_like.pattern
      and u.closed_at is null
    group by u.id, u.name
  $$;

revoke execute on function access.is_manager(uuid, uuid), access.manages(uuid), access.managed(), access.people_of(uuid),
  access.invite(uuid, uuid, text, text, text, timestamptz),
  access.withdraw_invitation(uuid), access.invitation_behind(text),
  access.accept_invitation(text, uuid, uuid, text, text), access.give_role(uuid, uuid, text),
  access.close_account(uuid, boolean), auth.refuse_closed() from public;
grant execute on function access.manages(uuid), access.managed(), access.people_of(uuid),
  access.invite(uuid, uuid, text, text, text, timestamptz),
  access.withdraw_invitation(uuid), access.invitation_behind(text),
  access.accept_invitation(text, uuid, uuid, text, text), access.give_role(uuid, uuid, text),
  access.close_account(uuid, boolean) to second_look_app;
