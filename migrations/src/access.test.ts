import { roleUrl } from '@second-look/infra/config';
import { openDatabase } from '@second-look/infra/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '../../tests/world/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.drop());

const logins = ['second_look_app', 'second_look_auth', 'second_look_worker', 'second_look_queue'];
const ours = `('public', 'auth', 'access')`;

describe('every table', () => {
  it('has row-level security, enabled and forced', async () => {
    const open = await ask(
      `select relnamespace::regnamespace || '.' || relname as name from pg_class
       where relkind in ('r', 'p') and relnamespace::regnamespace::text in ${ours}
         and not (relrowsecurity and relforcerowsecurity)`,
    );
    expect(open).toEqual([]);
  });

  it('has a policy for a role besides its owner', async () => {
    const closed = await ask(
      `select schemaname || '.' || tablename as name from pg_tables t
       where schemaname in ${ours} and not exists (
         select from pg_policies p where p.schemaname = t.schemaname and p.tablename = t.tablename
           and p.roles <> array['second_look_owner'::name])`,
    );
    expect(closed).toEqual([]);
  });

  it('has no policy for PUBLIC, and none that lets the owner do more than triggers and setting up need', async () => {
    const policies = await ask(
      `select schemaname || '.' || tablename || ' ' || cmd as name from pg_policies
       where 'public' = any (roles) or ('second_look_owner' = any (roles) and cmd <> 'SELECT')`,
    );
    expect(policies.sort()).toEqual([
      'auth.account INSERT',
      // Of a leaver (access.close_account).
      'auth.session DELETE',
      'auth.user INSERT',
      'auth.user UPDATE',
      'public.annotation UPDATE',
      'public.conversation INSERT',
      // What follows when its owner turns or trims a film (access.show_film), or chooses its cover.
      'public.cut UPDATE',
      'public.invitation INSERT',
      'public.invitation UPDATE',
      'public.membership INSERT',
      'public.membership UPDATE',
      'public.organisation INSERT',
      'public.principal INSERT',
      'public.processing_step DELETE',
      'public.processing_step INSERT',
      // A piece that whoever may watch has asked for.
      'public.processing_step INSERT',
      'public.processing_step UPDATE',
      'public.recording UPDATE',
      'public.rendition DELETE',
      'public.source UPDATE',
      'public.upload UPDATE',
    ]);
  });
});

describe('every function of the schema access', () => {
  it('has a pinned search path where it works with its maker’s rights', async () => {
    const loose = await ask(
      `select p.oid::regprocedure::text as name from pg_proc p
       where pronamespace::regnamespace::text in ${ours} and prosecdef
         and not coalesce(proconfig && array[
           'search_path=pg_catalog, public, pg_temp', 'search_path=pg_catalog, pg_temp'], false)`,
    );
    expect(loose).toEqual([]);
  });

  it('is not for PUBLIC to call', async () => {
    const open = await ask(
      `select p.oid::regprocedure::text as name
       from pg_proc p, aclexplode(coalesce(proacl, acldefault('f', proowner))) a
       where pronamespace::regnamespace::text in ${ours} and a.grantee = 0`,
    );
    expect(open).toEqual([]);
  });

  it('belongs to the owner, who cannot sign in', async () => {
    const foreign = await ask(
      `select relname::text as name from pg_class where relnamespace::regnamespace::text in ${ours}
         and relkind in ('r', 'v') and relowner <> 'second_look_owner'::regrole
       union all
       select proname::text from pg_proc where pronamespace::regnamespace::text in ${ours}
         and proowner <> 'second_look_owner'::regrole`,
    );
    expect(foreign).toEqual([]);
    expect(
      await ask(`select rolname::text as name from pg_roles
      where rolname = 'second_look_owner' and (rolcanlogin or rolsuper or rolbypassrls)`),
    ).toEqual([]);
  });
});

describe('every view', () => {
  it('asks with the rights of whoever looks', async () => {
    const views = await ask(
      `select relname::text as name from pg_class where relkind in ('v', 'm')
         and relnamespace::regnamespace::text in ${ours}
         and not coalesce(reloptions @> array['security_invoker=true'], false)`,
    );
    expect(views).toEqual([]);
  });
});

describe('the logins', () => {
  it('have no power beside their grants', async () => {
    const powerful = await ask(
      `select rolname::text as name from pg_roles
       where rolname = any ('{${logins.join()}}') and (
         rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication
         or exists (select from pg_auth_members m where m.member = pg_roles.oid))`,
    );
    expect(powerful).toEqual([]);
  });

  it('are refused at the start of the server where they have power', async () => {
    await database.as('app').check();
    await expect(database.as('admin').check()).rejects.toThrow('may read everything');
    const migrator = openDatabase(roleUrl(database.adminUrl, database.secret, 'migrator'));
    await expect(migrator.check()).rejects.toThrow('may read everything');
    await migrator.close();
  });

  it('leave the queue its own schema and nothing else', async () => {
    expect(await privilegesOf('second_look_queue')).toEqual([]);
  });

  it('leave PUBLIC nothing', async () => {
    const open = await ask(
      `select c.oid::regclass::text as name
       from pg_class c, aclexplode(c.relacl) a
       where relnamespace::regnamespace::text in ${ours} and a.grantee = 0`,
    );
    expect(open).toEqual([]);
  });

  it('give a worker the media and the steps, but no titles, no names, no words', async () => {
    expect(await privilegesOf('second_look_worker')).toMatchInlineSnapshot(`
      [
        "public.cut SELECT",
        "public.cut UPDATE: published_attempt, poster_key, made_bytes, storyboard_key, storyboard, waveform_key, peaks_per_second, last_version, chapters",
        "public.processing_step DELETE",
        "public.processing_step INSERT",
        "public.processing_step SELECT",
        "public.processing_step UPDATE: state, attempt, reopened_after, error_code, error_log, updated_at, version, progress",
        "public.recording DELETE",
        "public.recording SELECT: id, state, playable, progress, duration_ms, failure_code, is_incomplete, updated_at, deleted_at, parts",
        "public.recording UPDATE: state, playable, progress, duration_ms, failure_code, is_incomplete, updated_at",
        "public.rendition DELETE",
        "public.rendition INSERT",
        "public.rendition SELECT",
        "public.rendition UPDATE: frame_rate, average_bandwidth, peak_bandwidth, superseded_at",
        "public.rendition_chunk DELETE",
        "public.rendition_chunk INSERT",
        "public.rendition_chunk SELECT",
        "public.source SELECT: id, recording_id, object_key, size_bytes, sha256, facts, readable_key, part, turned",
        "public.source UPDATE: sha256, facts, readable_key",
        "public.upload DELETE",
        "public.upload SELECT: id, recording_id, size_bytes, object_key, updated_at, finished_at, growth, cancelled_at, part",
        "public.upload UPDATE: growth",
        "public.worker DELETE",
        "public.worker INSERT",
        "public.worker SELECT",
        "public.worker UPDATE: clock_ahead_ms, seen_at, swept_at",
      ]
    `);
  });

  it('give the server names and no more of the people', async () => {
    const privileges = await privilegesOf('second_look_app');
    expect(privileges.filter((each) => each.startsWith('auth.'))).toEqual([
      'auth.user SELECT: id, name',
    ]);
  });

  it('let the server write no more than what people write', async () => {
    const privileges = await privilegesOf('second_look_app');
    expect(privileges.filter((each) => !each.includes(' SELECT'))).toMatchInlineSnapshot(`
      [
        "public.annotation INSERT: id, recording_id, conversation_id, author_id, client_id, start_ms, end_ms, kind, body",
        "public.annotation UPDATE: conversation_id, start_ms, end_ms, kind, body, updated_at, deleted_at",
        "public.cut INSERT: id, recording_id, start_ms, end_ms",
        "public.grant INSERT: id, recording_id, cut_id, principal_id, rights, reason, granted_by, expires_at",
        "public.grant UPDATE: rights, reason, expires_at, updated_at, revoked_at",
        "public.processing_step INSERT",
        "public.processing_step UPDATE: state, reopened_after, error_code, error_log, updated_at",
        "public.recording INSERT: id, owner_id, client_id, title, subject, phase, year_group, class_name, lesson_date, parts, copy_of",
        "public.recording UPDATE: title, subject, phase, year_group, class_name, lesson_date, state, progress, failure_code, updated_at, deleted_at",
        "public.reply INSERT: id, annotation_id, author_id, client_id, body",
        "public.reply UPDATE: body, updated_at, deleted_at",
        "public.source INSERT",
        "public.upload DELETE",
        "public.upload INSERT",
        "public.upload UPDATE: offset_bytes, lease_id, lease_until, updated_at, finished_at, growth, cancelled_at",
      ]
    `);
  });

  it('give the sign-in its own tables alone', async () => {
    const privileges = await privilegesOf('second_look_auth');
    expect(privileges.filter((each) => !each.startsWith('auth.'))).toEqual([]);
  });
});

/** What a login may do, as `schema.table VERB: columns` or `schema.table VERB` for all of them. */
async function privilegesOf(role: string): Promise<string[]> {
  return ask(
    `with verb (verb) as (values ('SELECT'), ('INSERT'), ('UPDATE'), ('REFERENCES')), allowed as (
       select c.oid, n.nspname || '.' || c.relname as name, verb,
         has_table_privilege('${role}', c.oid, verb) as whole,
         (select string_agg(a.attname, ', ' order by a.attnum) from pg_attribute a
          where a.attrelid = c.oid and a.attnum > 0
            and has_column_privilege('${role}', c.oid, a.attnum, verb)) as columns
       from pg_class c join pg_namespace n on n.oid = c.relnamespace, verb
       where c.relkind in ('r', 'v') and n.nspname in ${ours})
     select name || ' ' || verb || case when whole then '' else ': ' || columns end as name
     from allowed where whole or columns is not null
     union all
     select n.nspname || '.' || c.relname || ' ' || v.verb
     from pg_class c join pg_namespace n on n.oid = c.relnamespace,
       (values ('DELETE'), ('TRUNCATE'), ('TRIGGER')) v (verb)
     where c.relkind in ('r', 'v') and n.nspname in ${ours}
       and has_table_privilege('${role}', c.oid, v.verb)
     order by 1`,
  );
}

/** The column `name` of each row. */
async function ask(query: string): Promise<string[]> {
  const { rows } = await database.as('admin').pool.query<{ name: string }>(query);
  return rows.map(({ name }) => name);
}
