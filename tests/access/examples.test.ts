import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '../world/database.ts';
import type { DrawnWorld, Sketch } from '../world/random.ts';
import { shownTo } from './sight.ts';
import { become, inWorld, visibleTo } from './trial.ts';

/** The sentences of the rules, each on one small world: what both the database and core/access must say. */

const [amira, ben, carys, dev, esther, stranger] = [0, 1, 2, 3, 4, 5];
const range = { startMs: 1000, endMs: 3000 };
const note = { recording: 0, conversation: 0, author: amira, range, isDeleted: false };
const grant = {
  cut: 0,
  principal: ben,
  rights: [],
  by: null,
  expires: null,
  isRevoked: false,
};
/** One recording of Amira's; principals 0 to 5 are the people, 6 the first group. */
const lesson: Sketch['recordings'][number] = {
  owner: amira,
  isInTrash: false,
  state: 'ready',
  clips: [],
};
const empty = {
  memberships: [],
  groups: [],
  recordings: [lesson],
  grants: [],
  conversations: [],
  annotations: [],
  replies: [],
};

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

describe('a recording', () => {
  it('is visible to its owner with all that belongs to it, and to nobody else whatever their role', async () => {
    const memberships: Sketch['memberships'] = [
      { person: amira, organisation: 1, role: 'member' },
      { person: dev, organisation: 0, role: 'admin' },
      { person: dev, organisation: 1, role: 'lead' },
      { person: esther, organisation: 1, role: 'lead' },
    ];
    await world({ memberships, annotations: [note] }, async (world) => {
      const everything = { recording: 1, source: 1, processing_step: 1, cut: 1, rendition: 1 };
      expect(await content(world, amira)).toEqual({
        ...everything,
        rendition_chunk: 1,
        annotation: 1,
      });
      for (const person of [ben, carys, dev, esther, stranger]) {
        expect(await content(world, person)).toEqual({});
      }
    });
  });

  it('is visible to whoever holds a live grant, without the file and the work on it', async () => {
    await world({ grants: [grant] }, async (world) => {
      expect(await content(world, ben)).toEqual(held);
      expect(await content(world, carys)).toEqual({});
    });
  });

  it.each([
    ['a millisecond from now', 1, held],
    ['now', 0, { grant: 1 }],
    ['a millisecond ago', -1, { grant: 1 }],
  ])('ends with a grant that ends %s', async (_, expires, seen) => {
    await world({ grants: [{ ...grant, expires }] }, async (world) => {
      expect(await content(world, ben)).toEqual(seen);
    });
  });

  it('ends with a grant that is revoked', async () => {
    await world({ grants: [{ ...grant, isRevoked: true }] }, async (world) => {
      expect(await content(world, ben)).toEqual({ grant: 1 });
    });
  });

  it('is hidden in the trash from all but its owner', async () => {
    const recordings = [{ ...lesson, isInTrash: true }];
    await world({ recordings, grants: [grant] }, async (world) => {
      expect(await content(world, ben)).toEqual({ grant: 1 });
      expect(await content(world, amira)).toMatchObject({ recording: 1, cut: 1 });
    });
  });

  it('is visible to the current members of a group that holds a grant, and not to past ones', async () => {
    const shared = { groups: [[ben, carys]], grants: [{ ...grant, principal: 6 }] };
    await world(shared, async (world) => {
      expect(await content(world, ben)).toEqual(held);
      expect(await content(world, carys)).toEqual(held);
      await client.query('delete from group_member where user_id = $1', [world.people[ben]?.id]);
      world.groupMembers = world.groupMembers.filter((row) => row.userId !== world.people[ben]?.id);
      expect(await content(world, ben)).toEqual({});
      expect(await content(world, carys)).toEqual(held);
    });
  });
});

describe('a clip', () => {
  it('shows nothing outside of it, in no form', async () => {
    const at = (startMs: number, endMs: number | null) => ({ ...note, range: { startMs, endMs } });
    const annotations = [
      at(1000, 3000),
      at(1000, null),
      at(3000, null),
      at(999, 1001),
      at(2000, 3001),
      at(0, null),
      at(4000, null),
    ];
    const recordings = [{ ...lesson, clips: [range] }];
    await world({ recordings, grants: [{ ...grant, cut: 1 }], annotations }, async (world) => {
      expect(await content(world, ben)).toEqual({ ...held, annotation: 3 });
      expect(await content(world, amira)).toMatchObject({ cut: 2, annotation: 7 });
    });
  });
});

describe('a note', () => {
  it('that is private is seen by its author alone, the owner included among those who cannot', async () => {
    const annotations = [
      { ...note, conversation: null, author: ben },
      { ...note, conversation: null, author: amira },
    ];
    await world({ grants: [grant], annotations }, async (world) => {
      expect(await content(world, ben)).toEqual({ ...held, annotation: 1 });
      expect(await content(world, amira)).toMatchObject({ annotation: 1 });
    });
  });

  it('in a conversation is seen by the owner and by those who hold its grant, answers too', async () => {
    const grants = [grant, { ...grant, principal: carys }];
    const annotations = [
      note,
      { ...note, conversation: 1 },
      { ...note, conversation: 1, author: carys },
    ];
    const replies = [
      { annotation: 0, author: ben, isDeleted: false },
      { annotation: 2, author: amira, isDeleted: false },
    ];
    await world({ grants, annotations, replies }, async (world) => {
      expect(await content(world, ben)).toEqual({ ...held, annotation: 1, reply: 1 });
      expect(await content(world, carys)).toEqual({ ...held, annotation: 2, reply: 1 });
      expect(await content(world, amira)).toMatchObject({
        conversation: 2,
        annotation: 3,
        reply: 2,
      });
    });
  });

  it('stays with the owner when its author has lost access', async () => {
    const annotations = [{ ...note, author: ben }];
    await world({ grants: [{ ...grant, isRevoked: true }], annotations }, async (world) => {
      expect(await content(world, ben)).toEqual({ grant: 1 });
      expect(await content(world, amira)).toMatchObject({ annotation: 1 });
    });
  });
});

describe('nobody', () => {
  it('sees nothing, where app.user_id is empty as after a commit', async () => {
    await world({ groups: [[ben]], grants: [grant], annotations: [note] }, async (world) => {
      expect(await visibleTo(client, '', world)).toEqual([]);
    });
  });

  it('sees nothing where the setting was never made, and is told so without an error', async () => {
    const app = database.as('app').pool;
    const { rows } = await app.query('select id from recording union all select id from person');
    expect(rows).toEqual([]);
  });
});

describe('a grant', () => {
  it('opens its conversation, whoever gives it, and once', async () => {
    await world({ grants: [{ ...grant, isRevoked: true }] }, async (world) => {
      await client.query('delete from conversation');
      for (const id of ['a', 'b']) {
        await become(client, world.people[amira]?.id ?? '');
        await client.query(
          `insert into "grant" (id, recording_id, cut_id, principal_id, rights, granted_by)
           values ($1, $2, $3, $4, '{view}', $5)`,
          [
            `ffffffff-0000-7000-8000-00000000000${id}`,
            world.recordings[0]?.id,
            world.cuts[0]?.id,
            world.principals[ben]?.id,
            world.people[amira]?.id,
          ],
        );
        await client.query('update "grant" set revoked_at = now()');
        await client.query('reset role');
      }
      const { rows } = await client.query('select recording_id, principal_id from conversation');
      expect(rows).toEqual([
        { recording_id: world.recordings[0]?.id, principal_id: world.principals[ben]?.id },
      ]);
    });
  });
});

const held = { recording: 1, cut: 1, rendition: 1, rendition_chunk: 1, grant: 1, conversation: 1 };
const contentTables = [
  ...Object.keys(held),
  'source',
  'processing_step',
  'upload',
  'annotation',
  'reply',
];

async function world(partial: Partial<Sketch>, work: (world: DrawnWorld) => Promise<void>) {
  await inWorld(client, { ...empty, ...partial } as Sketch, work);
}

/** How many rows of what somebody made a person sees, by table; by the database and by the rules alike. */
async function content(world: DrawnWorld, person: number): Promise<Record<string, number>> {
  const id = world.people[person]?.id ?? '';
  const visible = await visibleTo(client, id, world);
  expect(visible).toEqual(shownTo(world, id));
  const counts: Record<string, number> = {};
  for (const row of visible) {
    const [table = ''] = row.replace('public.', '').split(' ');
    if (contentTables.includes(table)) counts[table] = (counts[table] ?? 0) + 1;
  }
  return counts;
}
