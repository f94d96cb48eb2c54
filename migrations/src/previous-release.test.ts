import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { breaksPreviousRelease } from './previous-release.ts';

const folder = new URL('../sql/', import.meta.url);
const all = (await readdir(folder)).filter((name) => /^\d{4}_/.test(name)).sort();
// Nothing came before these.
const first = ['0001_tables.sql', '0002_access.sql', '0003_triggers.sql'];
const read = (name: string) => readFile(new URL(name, folder), 'utf8');

describe('every migration since the first release', () => {
  it.each(all.filter((name) => !first.includes(name)))('%s can be lived with', async (name) => {
    expect(breaksPreviousRelease(await read(name))).toEqual([]);
  });
});

describe('what the release before could not live with', () => {
  it.each([
    'drop table reply',
    'DROP TABLE IF EXISTS public.reply CASCADE',
    'drop view access.people',
    'drop function access.me()',
    'alter table recording drop column title',
    'alter table recording drop title',
    'alter table recording add column notes text, drop column title',
    'alter table recording rename column title to name',
    'alter table recording rename to lesson',
    'alter function access.me() rename to self',
    'alter table recording add column phase text not null',
    'alter table recording add phase text not null',
    'alter table recording add column id2 uuid primary key',
    'alter table recording alter column subject set not null',
    'alter table recording alter column state drop default',
    'alter table recording alter column duration_ms type integer',
    'alter table recording alter duration_ms set data type integer',
    "alter table recording add constraint known check (state in ('draft'))",
    'alter table recording add check (duration_ms < 100)',
    'alter table recording add unique (title)',
    'create unique index on recording (title)',
    'create unique index concurrently by_title on only recording (title)',
    'alter table migration.applied enable row level security',
    'create policy quiet on recording as restrictive for select using (false)',
    'drop policy owner on recording',
    'drop policy owner on recording; create policy owners on recording using (true)',
    'revoke select on recording from second_look_app',
    'revoke execute on function access.me() from second_look_app',
    'revoke all on all tables in schema public from second_look_worker',
    'truncate recording',
    'delete from recording where state = $$draft$$',
    'with old as (select id from recording) delete from reply using old',
    'with gone as (delete from only reply returning id) select 1',
    'drop routine access.me()',
    'drop trigger stays on annotation',
    'drop trigger if exists stays on annotation; create trigger stays before update on annotation for each row execute function f()',
    'create trigger stays before update on annotation for each row execute function access.stays()',
    'create or replace trigger stays after insert or update of body on annotation for each row execute function f()',
    'create constraint trigger stays after insert on annotation for each row execute function f()',
    'alter policy owner on recording using (false)',
    'do $$ begin alter table recording drop column title; end $$',
    "do language plpgsql 'begin drop table reply; end'",
    'do $body$ begin null; end $body$ language plpgsql',
    '-- unused since 0.3, contract\ndrop table reply',
    '-- contract: unused since 0.3\nselect 1; drop table reply',
    '/* drop */ drop table reply',
  ])('%s', (sql) => {
    expect(breaksPreviousRelease(sql)).toHaveLength(1);
  });
});

describe('what the release before can live with', () => {
  it.each([
    'create table lane (id uuid primary key, name text not null unique)',
    'create table lane (id uuid); alter table lane add column name text not null; alter table lane enable row level security',
    'create table public.lane (id uuid); drop table lane',
    'alter table recording add column notes text',
    'alter table recording add notes text, add more text',
    "alter table recording add column phase text not null default 'none'",
    'alter table recording add column long boolean not null generated always as (duration_ms > 1) stored',
    'alter table recording add column made_bytes bigint not null default 0 check (made_bytes >= 0)',
    'alter table recording alter column subject drop not null',
    'alter table recording drop constraint known',
    'alter table recording no force row level security',
    'create index on recording (title)',
    'drop index recording_title_idx',
    'create or replace function access.me() returns uuid language sql as $$ select null; drop table x $$',
    'create function access.mine() returns int language sql as $f$ select 1 $f$; revoke execute on function access.mine(), access.mine(int) from public',
    'drop policy owner on recording; create policy owner on recording using (true)',
    "insert into rubric (name) values ('drop table reply; truncate reply')",
    '-- drop table reply\nselect 1',
    '-- No code reads it any more.\n-- contract: unused since 0.3\nalter table recording drop column title',
    'create table lane (id uuid); create trigger stays before update on lane for each row execute function f(); drop trigger stays on lane; delete from lane',
    'create table lane (id uuid); create policy own on lane using (true); alter policy own on lane using (false)',
    '-- widens: it only announces\ncreate trigger tells after update on recording for each row execute function f()',
    '-- widens: everybody sees it\nalter policy owner on recording using (true)',
    '-- widens: gives rights to each table\ndo $$ begin execute 1; end $$',
    '-- contract: unused since 0.3\ndrop trigger stays on annotation',
    'drop trigger tells on recording; -- widens: as before\ncreate trigger tells after update on recording for each row execute function f()',
    "-- widens: one state more\nalter table recording add constraint known check (state in ('draft', 'new'))",
  ])('%s', (sql) => {
    expect(breaksPreviousRelease(sql)).toEqual([]);
  });

  it('lets nothing pass as wider that takes something away', () => {
    for (const sql of ['drop table reply', 'delete from reply', 'drop trigger stays on annotation'])
      expect(breaksPreviousRelease(`-- widens: it does not\n${sql}`)).toHaveLength(1);
  });
});
