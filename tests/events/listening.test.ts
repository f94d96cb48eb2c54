import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { roleUrl } from '@second-look/infra/config';
import { type Announcement, listen } from '@second-look/infra/events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '../world/database.ts';
import { until } from '../world/lesson.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.drop());

/** A way to the database that can be cut, and closed for a while. */
async function openWay(target: URL) {
  const sockets = new Set<Socket>();
  let isOpen = true;
  let refused = 0;
  const way = createServer((socket) => {
    socket.on('error', () => {});
    if (!isOpen) {
      refused += 1;
      socket.destroy();
      return;
    }
    const onward = connect(Number(target.port), target.hostname);
    onward.on('error', () => {});
    for (const end of [socket, onward]) {
      sockets.add(end);
      end.on('close', () => sockets.delete(end));
    }
    socket.pipe(onward).pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(way, 'listening');
  const address = way.address();
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String(address.port);
  return {
    url: url.href,
    refused: () => refused,
    cut: () => {
      isOpen = false;
      for (const socket of sockets) socket.destroy();
    },
    reopen: () => {
      isOpen = true;
    },
    close: () => way.close(),
  };
}

const id = '00000000-0000-7000-8000-000000000000';
const listeners = async () => {
  const { rows } = await database.as('admin').pool.query(
    `select count(*)::int from pg_stat_activity
     where datname = current_database() and query ilike 'listen second_look'`,
  );
  return rows[0].count;
};
const announce = (payload: string) =>
  database.as('admin').pool.query('select pg_notify($1, $2)', ['second_look', payload]);

describe('listening', () => {
  it('outlives an outage: one connection again, each announcement once, and the gap is told', async () => {
    const way = await openWay(new URL(roleUrl(database.databaseUrl, database.secret, 'app')));
    const heard: Announcement[] = [];
    let gaps = 0;
    const announcements = await listen(
      way.url,
      (announcement) => heard.push(announcement),
      () => {
        gaps += 1;
      },
    );
    await announce(`grant:${id}`);
    await until(async () => heard.length === 1);

    way.cut();
    await until(async () => way.refused() >= 3);
    const triesBefore = way.refused();
    await sleep(2_500);
    expect(way.refused() - triesBefore, 'about one try a second').toBeLessThanOrEqual(4);
    way.reopen();
    await until(async () => gaps === 1);
    await sleep(1_500);
    expect([gaps, await listeners()]).toEqual([1, 1]);
    await announce(`annotation:${id}`);
    await until(async () => heard.length > 1);
    await sleep(200);
    expect(heard).toEqual([
      { kind: 'grant', id },
      { kind: 'annotation', id },
    ]);

    await announcements.close();
    await until(async () => (await listeners()) === 0);
    way.close();
  });

  it('takes nothing else for an announcement', async () => {
    const heard: Announcement[] = [];
    const url = roleUrl(database.databaseUrl, database.secret, 'app');
    const announcements = await listen(
      url,
      (announcement) => heard.push(announcement),
      () => {},
    );
    for (const payload of [
      '',
      'grant',
      `grant:${id}; drop table grant`,
      `person:${id}`,
      `grant:${id}`,
    ]) {
      await announce(payload);
    }
    await until(async () => heard.length > 0);
    expect(heard).toEqual([{ kind: 'grant', id }]);
    await announcements.close();
  });

  it('fails at once where the database is not there', async () => {
    const way = await openWay(new URL(database.databaseUrl));
    way.cut();
    await expect(
      listen(
        way.url,
        () => {},
        () => {},
      ),
    ).rejects.toThrow();
    await sleep(1_500);
    expect(way.refused(), 'and does not try behind our back').toBe(1);
    way.close();
  });
});
