import {
  type Id,
  inConversation,
  isLive,
  knowsMembership,
  knowsPerson,
  type Recording,
  seesAnnotation,
  seesGrant,
  seesRecording,
} from '@second-look/core/access';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DrawnWorld, sketch } from '../world/random.ts';
import { isFullTier } from '../world/tier.ts';
import { nothing } from './dice.ts';
import { isGrantNamed, isPrincipalNamed, places } from './places.ts';
import { prepare } from './prepare.ts';
import type { Place } from './questions.ts';
import { type Answer, type Asked, comparable, type RunningServer, startServer } from './server.ts';
import { showcase } from './showcase.ts';

const worlds = isFullTier ? 25 : 2;
/** Of each route and world, so many questions are asked, and so many allowed writes made. */
const questionsEach = isFullTier ? 60 : 12;
const writesEach = isFullTier ? 12 : 3;
const seed = Date.now() % 2 ** 31;

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const drawn = [showcase, ...fc.sample(sketch, { numRuns: worlds, seed })];

describe('every route', () => {
  it('has a place here, and every place a route', () => {
    const routes = [...server.routes.keys()].filter((name) => {
      const [method = '', url = ''] = name.split(' ');
      const isOfGet = method === 'HEAD' && server.routes.has(`GET ${url}`);
      const isOfTheWeb = !url.startsWith('/api/') && server.routes.get(name)?.isPublic;
      return !isOfGet && !isOfTheWeb && !url.startsWith('/api/docs');
    });
    expect(Object.keys(places).sort()).toEqual(routes.sort());
  });

  it('is closed to whoever is not signed in, but for the few that are open', async () => {
    await prepare(server, showcase);
    for (const [name, place] of Object.entries(places)) {
      const [method = '', url = ''] = name.split(' ');
      const asked = {
        method,
        url: url.replace(/:index|:chunk|:sheet/, '0').replace(/:\w+/g, nothing),
      };
      const { status } = await server.ask(null, asked);
      if (place === 'open') expect(status, name).not.toBe(401);
      else expect(status, name).toBe(401);
    }
  });

  it('that does not exist answers like what may not be seen', async () => {
    const world = await prepare(server, showcase);
    const viewer = world.people[0]?.id ?? '';
    const hidden = await server.ask(viewer, { method: 'GET', url: `/api/recordings/${nothing}` });
    for (const url of ['/api/nowhere', '/api/auth/sign-up/email', '/api/recordings/not-an-id']) {
      expect(comparable(await server.ask(viewer, { method: 'GET', url }))).toEqual(
        comparable(hidden),
      );
    }
  });
});

describe(`in one made and ${worlds} random worlds (seed ${seed})`, () => {
  const asked = Object.entries(places).filter(
    (entry): entry is [string, Exclude<Place, string>] => typeof entry[1] === 'function',
  );

  it('every route answers exactly whom the rules allow, and tells the others nothing', async () => {
    const allowed = new Map<string, number>();
    const refused = new Map<string, number>();
    const given = new Map<string, number>();
    for (const sketched of drawn) {
      const world = await prepare(server, sketched);
      const before = await contents();
      for (const [name, place] of asked) {
        for (const question of some(place(world), questionsEach)) {
          const isRead = ['GET', 'HEAD'].includes(question.method);
          const absent = comparable(await server.ask(world.people[0]?.id ?? '', question.absent));
          expect(absent.status, describeAsked(name, question.absent)).toBe(404);
          await Promise.all(
            world.people.map(async ({ id }) => {
              const isAllowed = question.isAllowed(id);
              count(isAllowed ? allowed : refused, name);
              if (isAllowed && !isRead) return;
              const answer = await server.ask(id, question);
              const what = describeAsked(name, question, id);
              if (isAllowed) {
                expect(isAnswered(answer), `${what} ${answer.body}`).toBe(true);
                if (answer.status < 400) count(given, name);
              } else expect(comparable(answer), what).toEqual(absent);
            }),
          );
        }
        expect(await contents(), `${name} changed something`).toEqual(before);
      }
    }
    for (const [name] of asked) {
      expect(allowed.get(name) ?? 0, `${name} was allowed to nobody`).toBeGreaterThan(0);
      expect(refused.get(name) ?? 0, `${name} was refused to nobody`).toBeGreaterThan(0);
      if (/^(GET|HEAD) /.test(name)) {
        expect(given.get(name) ?? 0, `${name} gave nothing to anybody`).toBeGreaterThan(0);
      }
    }
  });

  it('every write that the rules allow is done', async () => {
    const done = new Map<string, number>();
    const tried = new Set<string>();
    for (const sketched of drawn) {
      let world = await prepare(server, sketched);
      for (const [name, place] of asked) {
        const writes = place(world)
          .filter(({ method }) => !['GET', 'HEAD'].includes(method))
          .flatMap((question) =>
            world.people
              .filter(({ id }) => question.isAllowed(id))
              .map(({ id }) => ({ id, question })),
          );
        for (const { id, question } of some(writes, writesEach)) {
          const answer = await server.ask(id, question);
          expect(isAnswered(answer), `${describeAsked(name, question, id)} ${answer.body}`).toBe(
            true,
          );
          tried.add(name);
          if (answer.status < 400) count(done, name);
          world = await prepare(server, sketched);
        }
      }
    }
    for (const name of tried) {
      expect(done.get(name) ?? 0, `${name} was done for nobody`).toBeGreaterThan(0);
    }
  });

  it('lists hold exactly what the rules show', async () => {
    for (const sketched of drawn) {
      const world = await prepare(server, sketched);
      for (const { id: viewer } of world.people) await checkLists(world, viewer);
    }
  });
});

async function checkLists(world: DrawnWorld, viewer: Id) {
  const get = async (url: string) => {
    const { status, body } = await server.ask(viewer, { method: 'GET', url });
    expect(status, url).toBe(200);
    return JSON.parse(body);
  };
  const ids = (rows: { id: Id }[]) => rows.map(({ id }) => id).sort();
  const recordings = (isShown: (recording: Recording) => boolean) =>
    ids(world.recordings.filter(isShown));
  const isMine = ({ ownerId }: Recording) => ownerId === viewer;
  const isInTrash = ({ deletedAt }: Recording) => deletedAt !== null;

  expect(ids((await get('/api/recordings?scope=mine')).items)).toEqual(
    recordings((row) => isMine(row) && !isInTrash(row)),
  );
  expect(ids((await get('/api/recordings?scope=trash')).items)).toEqual(
    recordings((row) => isMine(row) && isInTrash(row) && world.stateOf.get(row.id) !== 'draft'),
  );
  expect(ids((await get('/api/recordings?scope=shared')).items)).toEqual(
    recordings((row) => !isMine(row) && !isInTrash(row) && seesRecording(world, viewer, row)),
  );
  expect(ids((await get('/api/people')).items)).toEqual(
    ids(
      world.people.filter(
        ({ id }) =>
          id !== viewer &&
          knowsPerson(world, viewer, id) &&
          world.memberships.some((row) => row.userId === id && knowsMembership(world, viewer, row)),
      ),
    ),
  );
  expect((await get('/api/me')).organisations.length).toBe(
    world.memberships.filter(({ userId }) => userId === viewer).length,
  );

  for (const recording of world.recordings) {
    if (isInTrash(recording) || !seesRecording(world, viewer, recording)) continue;
    const path = `/api/recordings/${recording.id}`;
    const isOf = (row: { recordingId: Id }) => row.recordingId === recording.id;
    const notes = world.annotations.filter(
      (row) => isOf(row) && row.deletedAt === null && seesAnnotation(world, viewer, row),
    );
    const shownNotes: { id: Id; replies: { id: Id }[] }[] = (await get(`${path}/annotations`))
      .items;
    expect(ids(shownNotes)).toEqual(ids(notes));
    expect(ids(shownNotes.flatMap(({ replies }) => replies))).toEqual(
      ids(
        world.replies.filter(
          (row) => row.deletedAt === null && notes.some(({ id }) => id === row.annotationId),
        ),
      ),
    );
    const grants = ids((await get(`${path}/grants`)).items);
    // A grant is shown with whom it names and what it is of, so both have to be known.
    const seen = world.grants.filter(
      (row) =>
        isOf(row) &&
        isLive(world, row) &&
        seesGrant(world, viewer, row) &&
        isGrantNamed(world, viewer, row),
    );
    expect(grants).toEqual(ids(seen));

    const detail = await get(path);
    const talks = world.conversations.filter(
      (row) => isOf(row) && inConversation(world, viewer, row),
    );
    const shownTalks = ids(detail.conversations);
    // Likewise a talk, as long as it goes on or holds a note.
    const isAlive = ({ id, principalId }: (typeof talks)[number]) =>
      isPrincipalNamed(world, viewer, principalId) &&
      (notes.some(({ conversationId }) => conversationId === id) ||
        world.grants.some(
          (row) => isOf(row) && row.principalId === principalId && isLive(world, row),
        ));
    expect(shownTalks).toEqual(ids(talks.filter(isAlive)));
    if (!isMine(recording)) expect(detail).toMatchObject({ audience: null, source: null });
  }
}

/** A print of every row of what people made. */
async function contents(): Promise<Record<string, string>> {
  const { pool } = server.database.as('admin');
  const { rows: tables } = await pool.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
  );
  const { rows } = await pool.query<{ name: string; print: string }>(
    tables
      .map(
        ({ name }) =>
          `select '${name}' as name, md5(string_agg(t::text, '|' order by t::text)) as print from "${name}" t`,
      )
      .join(' union all '),
  );
  return Object.fromEntries(rows.map(({ name, print }) => [name, print]));
}

/** Allowed: done, or refused for a reason that says what is wrong with something that one may see. */
function isAnswered({ status }: Answer): boolean {
  return status < 400 || status === 409 || status === 422;
}

function describeAsked(name: string, { method, url, headers, body }: Asked, viewer?: Id): string {
  return `${name}: ${method} ${url} ${JSON.stringify(headers ?? {})} ${JSON.stringify(body ?? '')} by ${viewer ?? 'anybody'}`;
}

/** At most so many of them, spread evenly. */
function some<T>(rows: T[], most: number): T[] {
  const step = Math.max(1, rows.length / most);
  return rows.length <= most
    ? rows
    : Array.from({ length: most }, (_, index) => rows[Math.floor(index * step)] as T);
}

function count(counts: Map<string, number>, name: string) {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
