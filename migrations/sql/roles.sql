-- The logins of a cluster, made again at every migration, as somebody who may make roles. Idempotent.
-- The owner owns everything and cannot sign in; the others own nothing and are held to the policies.
do $$
declare r text;
begin
  perform pg_advisory_xact_lock(hashtext('second_look roles'));
  if not exists (select from pg_roles where rolname = 'second_look_owner') then
    create role second_look_owner nologin;
  end if;
  foreach r in array array['migrator', 'app', 'auth', 'worker', 'queue'] loop
    if not exists (select from pg_roles where rolname = 'second_look_' || r) then
      execute format('create role %I login', 'second_look_' || r);
    end if;
    -- Only a superuser may name these at all, so they are named where there is something to take away.
    if exists (select from pg_roles where rolname = 'second_look_' || r
      and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)) then
      execute format('alter role %I nosuperuser nobypassrls nocreaterole nocreatedb', 'second_look_' || r);
    end if;
  end loop;
  grant second_look_owner to second_look_migrator;
  execute format('grant create, connect on database %I to second_look_owner', current_database());
  execute format('grant create on database %I to second_look_queue', current_database());
  execute format('revoke temporary on database %I from public', current_database());
  grant create on schema public to second_look_owner;
end $$;
