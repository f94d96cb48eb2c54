import { randomUUID } from 'node:crypto';
import { roleUrl } from '@second-look/infra/config';
import { type Database, openDatabase } from '@second-look/infra/database';
import { type SQL, sql } from 'drizzle-orm';
import { openPlace, type Place } from './place.ts';
import { inTurns, median, print, say, spread } from './round.ts';

const aimListMs = 100;
const aimFindMs = 50;
const aimRatio = 10;

/**
 * What the rules cost where there is much: a recording with 10,000 notes, one with 10 among 100,000 others that
 * the viewer may read too, and a colleague among 7,000. In the database against the same question asked by the
 * owner of the tables, whom no policy holds up; and over HTTP.
 */
export async function notes(rounds: number) {
  const place = await openPlace();
  const owner = openDatabase(place.databaseUrl);
  const app = openDatabase(roleUrl(place.databaseUrl, place.secret, 'app'));
  try {
    say('Writing 110,000 notes and 7,000 people …');
    const { id: viewer } = (await (await place.ask('/api/me')).json()) as { id: string };
    const [many, few] = [randomUUID(), randomUUID()];
    await fill(owner, { viewer, many, few });
    const asViewer = (query: SQL) => app.as(viewer, (tx) => executionMs(tx, query));
    const asOwner = (query: SQL) => owner.as(viewer, (tx) => executionMs(tx, query));
    const compare = async (what: string, ours: SQL, peer: SQL) => {
      const measured = await inTurns(rounds, {
        ours: () => asViewer(ours),
        peer: () => asOwner(peer),
      });
      const ratio = median(measured.ours) / median(measured.peer);
      print({
        what: `${what}, in the database`,
        figure: `${ratio.toFixed(1)}; ${spread(measured.ours)} against ${spread(measured.peer)} ms`,
        aim: `≤ ${aimRatio}`,
        isMet: ratio <= aimRatio,
        peer: 'the same query as the owner of the tables',
        n: rounds,
      });
    };
    for (const [what, id] of [
      ['Listing 10,000 notes', many],
      ['Listing 10 notes among 100,000', few],
    ] as const) {
      await compare(
        what,
        sql`select * from access.notes_of(${id}) where deleted_at is null order by start_ms, id`,
        sql`select * from annotation where recording_id = ${id} and deleted_at is null order by start_ms, id`,
      );
      await overHttp(place, what, `/api/recordings/${id}/annotations`, rounds * 10, aimListMs);
    }
    const find = 'Finding a colleague among 7,000';
    await compare(
      find,
      sql`select * from access.colleagues_like('%league 12%') order by name, id limit 20`,
      sql`select u.id, u.name, min(o.name) from auth."user" u join membership m on m.user_id = u.id
        join organisation o on o.id = m.organisation_id where u.name ilike '%league 12%'
        group by u.id, u.name order by u.name, u.id limit 20`,
    );
    await overHttp(place, find, '/api/people?q=league+12', rounds * 10, aimFindMs);
  } finally {
    await Promise.all([owner.close(), app.close()]);
    await place.close();
  }
}

async function executionMs(tx: Parameters<Parameters<Database['as']>[1]>[0], query: SQL) {
  const { rows } = await tx.execute<{ 'QUERY PLAN': { 'Execution Time': number }[] }>(
    sql`explain (analyze, timing off, format json) ${query}`,
  );
  return rows[0]?.['QUERY PLAN'][0]?.['Execution Time'] ?? Number.NaN;
}

async function overHttp(place: Place, what: string, path: string, asked: number, aimMs: number) {
  const tookMs: number[] = [];
  for (let each = 0; each < asked; each += 1) {
    const start = performance.now();
    await (await place.ask(path)).arrayBuffer();
    tookMs.push(performance.now() - start);
  }
  tookMs.sort((a, b) => a - b);
  const p95 = tookMs[Math.ceil(asked * 0.95) - 1] ?? Number.NaN;
  print({
    what: `${what}, over HTTP, p95`,
    figure: `${p95.toFixed(0)} ms (median ${median(tookMs).toFixed(0)})`,
    aim: `≤ ${aimMs} ms`,
    isMet: p95 <= aimMs,
    n: asked,
  });
}

/** Somebody's 10,001 recordings, all shared with the viewer, and what both wrote about them. */
async function fill(
  { plain }: Database,
  { viewer, many, few }: { viewer: string; many: string; few: string },
) {
  const owner = randomUUID();
  await plain.transaction(async (tx) => {
    await tx.execute(sql`insert into auth."user" (id, name, email)
      select case when i = 1 then ${owner}::uuid else gen_random_uuid() end, 'Colleague ' || i, i || '@bench.test'
      from generate_series(1, 7000) i`);
    await tx.execute(sql`insert into membership (user_id, organisation_id, role)
      select u.id, o.id, 'member' from auth."user" u, organisation o where u.id <> ${viewer}`);
    // Nobody listens, and what triggers would add is written here.
    await tx.execute(sql`set local session_replication_role = replica`);
    await tx.execute(sql`create temporary table lesson on commit drop as
      select ${many}::uuid as id, 10000 as notes union all select ${few}::uuid, 10
      union all select gen_random_uuid(), 10 from generate_series(1, 10000)`);
    await tx.execute(sql`insert into recording (id, owner_id, client_id, title)
      select id, ${owner}::uuid, id, 'Measured' from lesson`);
    await tx.execute(sql`insert into cut (id, recording_id) select id, id from lesson`);
    await tx.execute(sql`insert into "grant" (id, recording_id, cut_id, principal_id, rights, granted_by)
      select l.id, l.id, l.id, p.id, '{view,comment}', ${owner}::uuid
      from lesson l, principal p where p.user_id = ${viewer}`);
    await tx.execute(sql`insert into conversation (id, recording_id, principal_id)
      select l.id, l.id, p.id from lesson l, principal p where p.user_id = ${viewer}`);
    await tx.execute(sql`insert into annotation
        (id, recording_id, conversation_id, author_id, client_id, start_ms, kind, body)
      select gen_random_uuid(), l.id, l.id, case when i % 2 = 0 then ${viewer}::uuid else ${owner}::uuid end,
        gen_random_uuid(), i * 300, 'notice', 'What somebody saw at this moment'
      from lesson l, generate_series(1, l.notes) i`);
  });
  await plain.execute(sql`vacuum analyze`);
}
