import type { Pool } from 'pg';
import { DatabaseProblem } from './trouble.ts';

/**
 * Makes sure that the login is held to the policies that are meant for it: by itself, and by all that it is a
 * member of, directly or through others, which it could become (`set role`) whatever it inherits.
 * @throws DatabaseProblem that names what to take from it
 */
export async function refusePower(pool: Pick<Pool, 'query'>): Promise<void> {
  const { rows } = await pool.query<{ login: string; statement: string }>(`
    with login as (select * from pg_roles where rolname = session_user),
    -- Who makes roles gives them to itself; who reads the server's files reads the tables' as well; and the other
    -- logins have policies of their own.
    power as (
      select oid from pg_roles
      where rolsuper or rolbypassrls or rolcreaterole or rolname in (
        'pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program',
        'second_look_owner', 'second_look_app', 'second_look_auth', 'second_look_worker'))
    select rolname::text as login, concat_ws(' ', 'alter role', quote_ident(rolname),
      case when rolsuper then 'nosuperuser' end,
      case when rolbypassrls then 'nobypassrls' end,
      case when rolcreaterole then 'nocreaterole' end) as statement
    from login where rolsuper or rolbypassrls or rolcreaterole
    union all
    select login.rolname::text, concat('revoke ', quote_ident(held.rolname), ' from ',
      quote_ident(login.rolname), ' granted by ' || quote_ident(giver.rolname))
    from login
      join pg_auth_members given on given.member = login.oid
      join pg_roles held on held.oid = given.roleid
      left join pg_roles giver on giver.oid = given.grantor
    where exists (select from power where pg_has_role(held.oid, power.oid, 'member'))`);
  const [first] = rows;
  if (!first) return;
  const statements = rows.map(({ statement }) => `${statement};`).join(' ');
  throw new DatabaseProblem(
    `The database login ${first.login} may read everything, or could come to, so the rules of who sees what would not hold. As a superuser of the database run: ${statements}`,
  );
}
