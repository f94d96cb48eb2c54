-- However often it is used, a session ends 90 days after signing in; unused for 14 days, before.
create function auth.end_in_time() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
  begin
    new.expires_at := least(new.expires_at, new.created_at + interval '90 days');
    return new;
  end $$;
revoke execute on function auth.end_in_time() from public;
-- widens: it refuses nothing, and ends sooner what would go on.
create trigger end_in_time before insert or update on auth.session for each row
  execute function auth.end_in_time();
