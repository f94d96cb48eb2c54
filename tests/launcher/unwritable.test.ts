import { spawn, spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it, onTestFinished } from 'vitest';
import { cleanUp, newDataDir, unusedPort } from './supervisor.ts';

const root = join(import.meta.dirname, '../..');

afterEach(cleanUp);

it.runIf(process.platform === 'linux')(
  'says in one sentence that no folder can be made where the system makes them',
  async () => {
    const preflight = spawn(process.execPath, ['infra/embedded/preflight.ts'], {
      cwd: root,
      env: { ...process.env, PORT: await unusedPort(), DATA_DIR: '/proc/second-look/data' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    onTestFinished(() => void preflight.kill());
    const complained = await text(preflight.stderr);
    expect(complained.trimEnd().split('\n')).toHaveLength(1);
    expect(complained).toContain('The data folder /proc/second-look/data can');
  },
);

it.each([
  ['itself', ''],
  ['above it', 'deeper/data'],
])("says in one sentence that an ordinary user can't write to the folder %s", (_, below) => {
  const closed = newDataDir();
  chmodSync(closed, 0o555);
  // Root may write anywhere, so the check runs as nobody there; the files are read before that.
  const script = `
    const { preflight } = await import('./infra/embedded/preflight.ts');
    if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534); }
    await preflight(process.env).catch((error) => { console.error(error.message); process.exitCode = 1; });`;
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', script],
    {
      cwd: root,
      env: { ...process.env, PORT: '3999', DATA_DIR: join(closed, below) },
      encoding: 'utf8',
    },
  );
  expect(status).toBe(1);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stderr).toContain('this user may not write there');
});
