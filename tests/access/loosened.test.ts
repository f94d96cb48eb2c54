import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '../world/database.ts';
import { isFullTier } from '../world/tier.ts';
import { assertSameSight, assertSameWrites } from './properties.ts';

/** The proof of the proof: whatever is loosened in the database, the comparison with the rules notices. */

const effort = { worlds: 1500, shrink: false };

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await freshDatabase();
  client = new pg.Client({ connectionString: database.adminUrl });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

/** What a further lock stands behind: the role may not write the column that this condition is about. */
const harmless = ['public."recording" own_change with check'];

/** A condition in a function of the schema `access`, and what stands there instead. */
const conditions: [name: string, text: string, instead: string][] = [
  ['holds', 'g.revoked_at is null and', ''],
  ['holds', 'g.expires_at > now()', 'g.expires_at >= now()'],
  ['holds', 'and r.deleted_at is null', ''],
  ['holds', 'g.principal_id in (select access.my_principals())', 'true'],
  ['sees_cut', 'g.revoked_at is null and', ''],
  [
    'sees_cut',
    'g.cut_id = sees_cut.cut_id',
    'g.recording_id = (select c.recording_id from public.cut c where c.id = sees_cut.cut_id)',
  ],
  ['sees_moment', 'c.start_ms <= sees_moment.start_ms', 'true'],
  ['sees_moment', 'c.end_ms >= coalesce(sees_moment.end_ms, sees_moment.start_ms)', 'true'],
  ['in_conversation', 'and access.is_me(v.principal_id)', ''],
  ['in_conversation', 'in_conversation.with_right = any (g.rights)', 'true'],
  ['in_conversation', 'g.principal_id = v.principal_id', 'true'],
  ['in_conversation', 'c.start_ms <= in_conversation.start_ms', 'true'],
  ['sees_annotation', 'a.author_id = access.me() and', ''],
  ['may_answer', 'a.deleted_at is null', 'true'],
  ['may_answer', ", 'comment'", ''],
  ['may_grant', 'and may_grant.rights <@ g.rights', ''],
  ['may_grant', "and 'reshare' = any (g.rights)", ''],
  ['may_grant', 'may_grant.expires_at <= g.expires_at', 'true'],
  [
    'may_grant',
    'g.cut_id = may_grant.cut_id',
    'g.recording_id = (select c.recording_id from public.cut c where c.id = may_grant.cut_id)',
  ],
  ['is_administrator', "and m.role = 'admin'", ''],
  ['is_administrator', 'and o.parent_id is null', ''],
  ['is_me', 'and m.user_id = access.me()', ''],
  ['in_my_trust', 'and m.user_id = access.me()', ''],
  ['knows', 'and mine.user_id = access.me()', ''],
  ['notes_of', 'g.principal_id in (select access.my_principals())', 'true'],
  ['notes_of', 'g.revoked_at is null and', ''],
  ['notes_of', 'g.expires_at > now()', 'g.expires_at >= now()'],
  ['notes_of', 'and r.deleted_at is null', ''],
  ['notes_of', 'or a.author_id = access.me()', 'or true'],
  ['notes_of', 'or held.conversation_id = a.conversation_id', 'or true'],
  ['notes_of', 'held.start_ms <= a.start_ms', 'true'],
  ['notes_of', 'held.end_ms >= coalesce(a.end_ms, a.start_ms)', 'true'],
  ['answers_of', 'on y.annotation_id = a.id', 'on true'],
  ['colleagues_like', 'mine.user_id = access.me()', 'true'],
  ['sees_principal', 'and access.in_group(p.group_id)', ''],
];

describe.runIf(isFullTier)('a loosened condition is noticed', () => {
  it.each(conditions)('in access.%s: %s', async (name, text, instead) => {
    const { rows } = await client.query<{ definition: string }>(
      'select pg_get_functiondef(to_regproc($1)) as definition',
      [`access.${name}`],
    );
    const definition = rows[0]?.definition ?? '';
    expect(definition).toContain(text);
    await client.query(definition.replaceAll(text, instead));
    try {
      const isSight = !name.startsWith('may_') && name !== 'sees_principal';
      expect(await noticed({ isSight })).toBe(true);
    } finally {
      await client.query(definition);
    }
  });

  it('in each policy of the role app', async () => {
    const { rows } = await client.query<Policy>(
      `select schemaname || '."' || tablename || '"' as "table", policyname as name,
         cmd as command, qual as "using", with_check as "check"
       from pg_policies where 'second_look_app' = any (roles)`,
    );
    expect(rows.length).toBeGreaterThan(0);
    const unnoticed: string[] = [];
    for (const { table, name, command, ...policy } of rows) {
      for (const part of ['using', 'check'] as const) {
        const condition = policy[part];
        if (condition === null) continue;
        const clause = part === 'using' ? 'using' : 'with check';
        const alter = (text: string) =>
          client.query(`alter policy ${name} on ${table} ${clause} (${text})`);
        await alter('true');
        try {
          const isNoticed = await noticed({ isSight: part === 'using' && command !== 'UPDATE' });
          if (!isNoticed) unnoticed.push(`${table} ${name} ${clause}`);
        } finally {
          await alter(condition);
        }
      }
    }
    expect(unnoticed).toEqual(harmless);
  });

  it('in the triggers that keep answers where they were given', async () => {
    await client.query('alter table annotation disable trigger keep_answered');
    expect(await noticed({ isSight: false })).toBe(true);
    await client.query('alter table annotation enable trigger keep_answered');
  });
});

it.runIf(!isFullTier)('a loosened policy is noticed (the full tier tries every one)', async () => {
  await client.query('alter policy visible on recording using (true)');
  expect(await noticed({ isSight: true })).toBe(true);
});

interface Policy {
  table: string;
  name: string;
  command: string;
  using: string | null;
  check: string | null;
}

/** @param isSight what was loosened decides what is shown, not only what is accepted */
async function noticed({ isSight }: { isSight: boolean }): Promise<boolean> {
  try {
    if (isSight) await assertSameSight(client, effort);
    await assertSameWrites(client, effort);
    return false;
  } catch (error) {
    expect(String(error)).toContain('The database and the rules differ');
    return true;
  }
}
