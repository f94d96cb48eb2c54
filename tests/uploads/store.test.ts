import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, signIn } from '../world/client.ts';
import { until, uploaded } from '../world/lesson.ts';
import { endProcesses, freePort, launchServer, startServerProcess } from '../world/processes.ts';
import { startS3, type TestS3 } from '../world/s3.ts';
import { troubleBefore } from '../world/s3-trouble.ts';
import { openPlace, type TestPlace } from '../world/server.ts';
import { expectRoomLater } from './contract.ts';
import { digest, megabyte, storedDigest } from './sending.ts';

let s3: TestS3;
let place: TestPlace;
beforeAll(async () => {
  s3 = await startS3();
  place = await openPlace(s3.env);
});
afterAll(async () => {
  await endProcesses();
  await place.remove();
  await s3.close();
});

describe('a server whose store', () => {
  it.each([
    [
      'has no such bucket',
      { S3_BUCKET: 'elsewhere' },
      'has no bucket “elsewhere”. Make it, or set S3_BUCKET',
    ],
    [
      'refuses its credentials',
      { S3_ACCESS_KEY_ID: 'somebody', S3_SECRET_ACCESS_KEY: 'else' },
      'refuses its bucket “second-look” (InvalidAccessKeyId). Check S3_ACCESS_KEY_ID',
    ],
  ])('%s does not start, and says so', async (_which, env, words) => {
    const refused = launchServer(place, { ...env, PORT: String(await freePort()) });
    expect(await refused.ended).toBe(1);
    expect(refused.output()).toContain(words);
  });

  it('does not answer yet starts, says so, and is ready when the store is', async () => {
    const trouble = await troubleBefore(s3.config.endpoint ?? '');
    trouble.decide(() => 'unheard');
    const port = await freePort();
    const server = launchServer(place, { S3_ENDPOINT: trouble.endpoint, PORT: String(port) });
    const status = (name: string) =>
      fetch(`http://127.0.0.1:${port}/api/health/${name}`).then(
        (answer) => answer.status,
        () => undefined,
      );
    await until(async () => (await status('live')) === 200);
    expect(await status('ready')).toBe(503);
    expect(server.output()).toContain(`The store at ${trouble.endpoint} cannot be reached`);
    trouble.decide(() => 'pass');
    await until(async () => (await status('ready')) === 200);
    await server.end('SIGTERM');
    await trouble.close();
  });

  it('has another clock works with it, and says so', async () => {
    const anHourBehind = encodeURIComponent(
      `const now = Date.now;
      globalThis.Date = class extends Date {
        constructor(...given) { super(...(given.length > 0 ? given : [now() - 3_600_000])); }
        static now() { return now() - 3_600_000; }
      };`,
    );
    const port = await freePort();
    const env = { ...place.env, NODE_OPTIONS: `--import=data:text/javascript,${anHourBehind}` };
    const server = await startServerProcess({ ...place, env }, port);
    expect(server.output()).toContain('clock of this machine is 60 minutes behind');
    const client = await signIn(server.address, place.emailOf('amira'), place.password);
    const bytes = randomBytes(1000);
    expect(await storedDigest(place, await uploaded(client, bytes))).toBe(digest(bytes));
    await server.end('SIGTERM');
  });
});

const mount = (folder: string, ...options: string[]) =>
  execFileSync('mount', ['-t', 'tmpfs', ...options, 'tmpfs', folder], { stdio: 'ignore' });
const unmount = (folder: string) => execFileSync('umount', [folder]);

/** Whether this may mount a file system of its own, whose size it can change. */
function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const folder = mkdtempSync(join(tmpdir(), 'second-look-mount-'));
  try {
    mount(folder);
    unmount(folder);
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(folder);
  }
}

describe.skipIf(!canMount())('a disk that is full', () => {
  let full: TestPlace;
  let folder: string;
  let client: Client;
  beforeAll(async () => {
    full = await openPlace();
    folder = join(full.dataDir, 'objects');
    await mkdir(folder);
    // More than is there: nothing is taken of it before it is written.
    mount(folder, '-o', 'size=4g');
    const server = await startServerProcess(full, await freePort());
    client = await signIn(server.address, full.emailOf('amira'), full.password);
  });
  afterAll(async () => {
    await endProcesses();
    unmount(folder);
    await full.remove();
  });
  const resize = (size: string) => mount(folder, '-o', `remount,size=${size}`);

  it('is said to be; what was kept stays, and the rest arrives when there is room again', async () => {
    const bytes = randomBytes(60 * megabyte + 3);
    await expectRoomLater(client, full, bytes, {
      fill: () => resize('40m'),
      expectKept: (offset) => {
        expect(offset).toBeGreaterThan(16 * megabyte);
        expect(offset).toBeLessThanOrEqual(40 * megabyte);
      },
      makeRoom: () => resize('4g'),
    });
  });
});
