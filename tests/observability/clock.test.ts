import { Writable } from 'node:stream';
import { clockAheadMs, watchClock } from '@second-look/infra/clock';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '../world/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.drop());

/** A machine whose clock is off by so much. */
const off = (ms: number) => () => Date.now() + ms;

async function toldOf(now: () => number): Promise<string[]> {
  const lines: string[] = [];
  const sink = new Writable({
    write: (line, _encoding, done) => {
      lines.push(JSON.parse(String(line)).msg);
      done();
    },
  });
  const watch = await watchClock(database.as('app'), pino(sink), now);
  watch.stop();
  return lines;
}

describe('the clocks of this machine and of the database', () => {
  it('agree where they are the same one', async () => {
    expect(await clockAheadMs(database.as('app'))).toBe(0);
    expect(await toldOf(Date.now)).toEqual([]);
  });

  it('are told to differ, by how much, in which direction, and what to do', async () => {
    const ahead = await clockAheadMs(database.as('app'), off(3_600_000));
    expect(Math.round(ahead / 60_000)).toBe(60);
    const behind = await clockAheadMs(database.as('app'), off(-3_600_000));
    expect(Math.round(behind / 60_000)).toBe(-60);
    expect((await toldOf(off(3_600_000)))[0]).toMatch(
      /^This machine's clock is 3\d{3} seconds ahead of the database's: let both be set by the network's time \(NTP\)\.$/,
    );
    expect((await toldOf(off(-3_600_000)))[0]).toContain('seconds behind');
  });

  it('may differ a little without a word', async () => {
    expect(await toldOf(off(3_000))).toEqual([]);
  });
});
