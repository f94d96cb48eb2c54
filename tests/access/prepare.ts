import type { Id } from '@second-look/core/access';
import { type DrawnWorld, draw, type Sketch } from '../world/random.ts';
import { store } from '../world/store.ts';
import type { RunningServer } from './server.ts';

const hour = 3_600_000;
const storyboard = {
  ...{ intervalMs: 5000, columns: 1, tileWidth: 2, tileHeight: 2 },
  sheets: [{ offset: 4, length: 8, tiles: 1 }],
};

/** Makes the database hold this world and nothing else, with media for what is ready. */
export async function prepare(server: RunningServer, sketched: Sketch): Promise<DrawnWorld> {
  const started = Date.now();
  const world = draw(sketched, { salt: 1, now: started - 5_000 });
  world.now = started;
  for (const grant of world.grants) {
    // What is live stays so while it is asked about.
    if (grant.expiresAt !== null && grant.expiresAt > started) grant.expiresAt = started + hour;
  }
  const { pool } = server.database.as('admin');
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query('truncate recording, "group", organisation, principal, worker cascade');
    await store(client, world);
    await client.query('update auth."user" set closed_at = null where closed_at is not null');
    const { rows } = await client.query<{ id: Id; cut_id: Id }>(
      `select v.id, v.cut_id from rendition v
       join cut c on c.id = v.cut_id join recording r on r.id = c.recording_id
       where r.state = 'ready'`,
    );
    for (const { id, cut_id: cutId } of rows) {
      const key = `cuts/${cutId}`;
      await client.query(
        `update cut set published_attempt = 1, poster_key = $2, waveform_key = $2, peaks_per_second = 10,
           storyboard_key = $2, storyboard = $3 where id = $1`,
        [cutId, key, storyboard],
      );
      await client.query(
        `update rendition_chunk set object_key = $2, init_offset = 0, init_length = 4,
           segments = '[{"durationUs": 4000000, "offset": 4, "length": 8}]' where rendition_id = $1`,
        [id, key],
      );
      await server.store.put(key, Buffer.from(`init${cutId}`));
    }
    await client.query('commit');
  } finally {
    client.release();
  }
  await server.signIn(world.people);
  return world;
}
