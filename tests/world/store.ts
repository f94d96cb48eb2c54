import type { World } from '@second-look/core/access';
import type pg from 'pg';
import type { DrawnWorld } from './random.ts';

/** Whoever asks the database in tests: a client or a pool of pg. */
type Asks = Pick<pg.Client, 'query'>;

const stepStates = new Map([
  ['ready', 'done'],
  ['failed', 'failed'],
]);

/**
 * Writes a world as the superuser, inside a transaction of the caller's: its world's now becomes the
 * transaction's now(), to the microsecond.
 */
export async function store(client: Asks, world: DrawnWorld): Promise<void> {
  const at = await clock(client, world);
  // The rows are complete, what triggers would add included.
  await client.query('set local session_replication_role = replica');
  for (const [table, rows] of tablesOf(world, at)) await insert(client, table, rows);
  await client.query('set local session_replication_role = origin');
}

/** Turns an instant of the world into one of the database. */
export async function clock(client: Asks, { now }: World): Promise<(instant: number) => string> {
  const { rows } = await client.query<{ micros: string }>(
    'select (extract(epoch from now()) * 1000000)::bigint::text as micros',
  );
  const start = BigInt(rows[0]?.micros ?? 0);
  return (instant) => {
    const micros = start + BigInt(instant - now) * 1000n;
    const whole = new Date(Number(micros / 1000n)).toISOString().slice(0, -1);
    return `${whole}${String(micros % 1000n).padStart(3, '0')}Z`;
  };
}

function tablesOf(world: DrawnWorld, at: (instant: number) => string): [string, object[]][] {
  const instant = (value: number | null) => (value === null ? null : at(value));
  const file = {
    objectKey: 'nowhere',
    filename: 'lesson.mp4',
    contentType: 'video/mp4',
    sizeBytes: 9,
  };
  return [
    [
      'auth.user',
      world.people.map(({ id }) => ({ id, name: `Person ${id}`, email: `${id}@world.test` })),
    ],
    [
      'public.worker',
      world.workers.map((row) => ({
        ...row,
        version: '0.1.0',
        nodeVersion: '24.0.0',
        ffmpegVersion: '8.0',
        clockAheadMs: 0,
      })),
    ],
    [
      'public.organisation',
      world.organisations.map(({ id, parentId }) => {
        const isTrust = world.organisations.some((row) => row.parentId === id);
        return { id, parentId, kind: isTrust ? 'trust' : 'school', name: `Organisation ${id}` };
      }),
    ],
    ['public.membership', world.memberships],
    [
      'public.invitation',
      world.invitations.map((row) => ({
        ...row,
        ...{ email: `${row.id}@invited.test`, role: 'member', tokenHash: row.id },
        invitedBy: world.people[0]?.id,
        expiresAt: at(world.now + 60_000),
      })),
    ],
    ['public.group', world.groups.map(({ id }) => ({ id, kind: 'trio', name: `Group ${id}` }))],
    ['public.group_member', world.groupMembers],
    ['public.principal', world.principals],
    [
      'public.recording',
      world.recordings.map(({ id, ownerId, deletedAt }) => {
        const state = world.stateOf.get(id);
        return {
          id,
          ownerId,
          clientId: id,
          title: `Lesson ${id}`,
          state,
          playable: state === 'ready',
          durationMs: state === 'ready' ? 8000 : null,
          failureCode: state === 'failed' ? 'damaged' : null,
          deletedAt: instant(deletedAt),
        };
      }),
    ],
    ['public.upload', world.uploads.map((row) => ({ ...row, ...file }))],
    [
      'public.source',
      world.sources.map((row) => ({ ...row, ...file, facts: { durationMs: 8000 } })),
    ],
    ['public.cut', world.cuts],
    [
      'public.rendition',
      world.renditions.map((row) => ({
        ...row,
        attempt: 1,
        kind: 'video',
        codec: 'avc1.64001f',
        width: 1280,
        height: 720,
        frameRate: 25,
        averageBandwidth: 1,
        peakBandwidth: 1,
      })),
    ],
    [
      'public.rendition_chunk',
      world.renditions.map(({ id }) => ({
        renditionId: id,
        index: 0,
        objectKey: 'nowhere',
        initOffset: 0,
        initLength: 1,
        segments: [],
      })),
    ],
    [
      'public.processing_step',
      world.steps.map((row) => ({
        ...row,
        cutId: world.cuts.find((cut) => cut.recordingId === row.recordingId)?.id,
        kind: 'prepare',
        state: stepStates.get(world.stateOf.get(row.recordingId) ?? '') ?? 'pending',
      })),
    ],
    [
      'public.grant',
      world.grants.map((row) => ({
        ...row,
        expiresAt: instant(row.expiresAt),
        revokedAt: instant(row.revokedAt),
      })),
    ],
    ['public.conversation', world.conversations],
    [
      'public.annotation',
      world.annotations.map((row) => ({
        ...row,
        clientId: row.id,
        kind: 'notice',
        body: `Note ${row.id}`,
        deletedAt: instant(row.deletedAt),
      })),
    ],
    [
      'public.reply',
      world.replies.map((row) => ({
        ...row,
        clientId: row.id,
        body: `Answer ${row.id}`,
        deletedAt: instant(row.deletedAt),
      })),
    ],
  ];
}

/** Inserts rows with the columns they name; the others get their defaults. What is there already stays. */
async function insert(client: Asks, table: string, rows: object[]): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const name = table.replace('.', '."').concat('"');
  const column = (key: string) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const columns = Object.keys(first)
    .map((key) => `"${column(key)}"`)
    .join(', ');
  const json = rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([key, value]) => [column(key), value])),
  );
  await client.query(
    `insert into ${name} (${columns})
     select ${columns} from json_populate_recordset(null::${name}, $1)
     on conflict do nothing`,
    [JSON.stringify(json)],
  );
}
