import { execFile, spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaTools } from '../../../tests/media/binaries.ts';
import { fixture } from '../../../tests/media/fixtures.ts';
import { FfmpegError, runFfmpeg } from './run.ts';
import type { MediaTools } from './tools.ts';

const execute = promisify(execFile);
let tools: MediaTools;
let folder: string;
let source: string;
beforeAll(async () => {
  tools = await mediaTools();
  folder = await mkdtemp(join(tmpdir(), 'second-look-run-'));
  source = await fixture('landscape.mp4', tools.ffmpegPath);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Encodes as slowly as the film plays, so that there is time to look. */
const slowly = (target: string, options = ['-c:v', 'libx264', '-f', 'mp4']) => ({
  source,
  inputOptions: ['-re'],
  outputs: [{ options, target }],
  workingDir: folder,
});

async function processesOn(target: string): Promise<{ pid: number; line: string }[]> {
  const { stdout } = await execute('ps', ['-eo', 'pid=,stat=,args=', '-ww']);
  return stdout
    .split('\n')
    .filter((line) => line.includes(target) && !/^\s*\d+ Z/.test(line))
    .map((line) => ({ pid: Number.parseInt(line, 10), line }));
}

async function until(condition: () => Promise<boolean>): Promise<boolean> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

describe('runFfmpeg', () => {
  it('starts ffmpeg with the allow-lists and next to no environment, at a lower priority', async () => {
    const target = join(folder, 'contained.mp4');
    const controller = new AbortController();
    const running = runFfmpeg({ ...slowly(target), signal: controller.signal }, tools);
    running.catch(() => {});
    expect(await until(async () => (await processesOn(target)).length > 0)).toBe(true);
    const [found] = await processesOn(target);
    expect(found?.line).toContain('-protocol_whitelist file -format_whitelist mov,matroska');
    expect(found?.line).toContain(`-i file:${source}`);
    expect(found?.line).toMatch(/-max_pixels \d+ .*-i /);
    const environment = await readFile(`/proc/${found?.pid}/environ`, 'utf8').catch(() => '');
    expect(environment).not.toContain('HOME=');
    const { stdout } = await execute('ps', ['-o', 'ni=', '-p', String(found?.pid)]);
    expect(Number(stdout)).toBeGreaterThanOrEqual(10);

    controller.abort(new Error('stop'));
    await expect(running).rejects.toThrow('stop');
    expect(await until(async () => (await processesOn(target)).length === 0)).toBe(true);
  });

  it('keeps the end of what ffmpeg said', async () => {
    const run = slowly(join(folder, 'never.mp4'), ['-c:v', 'no-such-codec']);
    const error = await runFfmpeg(run, tools).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FfmpegError);
    expect((error as FfmpegError).stderrTail).toContain('no-such-codec');
  });

  it('ends a run that no longer moves', async () => {
    const run = { ...slowly(join(folder, 'stalled.mp4')), stallLimitMs: 50 };
    await expect(runFfmpeg(run, tools)).rejects.toBeInstanceOf(FfmpegError);
  });

  it('ends a run that moves for too long', async () => {
    const run = { ...slowly(join(folder, 'slow.mp4')), timeLimitMs: () => 300 };
    await expect(runFfmpeg(run, tools)).rejects.toMatchObject({ code: 'too_slow' });
  });

  it('lets a run go on that keeps writing more than was expected', async () => {
    const target = join(folder, 'longer.mp4');
    const run = { ...slowly(target), timeLimitMs: (writtenMs: number) => 5000 + 2 * writtenMs };
    const startedMs = performance.now();
    await runFfmpeg(run, tools);
    expect(performance.now() - startedMs).toBeGreaterThan(5000);
  });

  it('does not take a time that ffmpeg does not know for one', async () => {
    const forgetful = join(folder, 'forgetful');
    const says = 'echo out_time_us=9223372036854775807 >&2';
    await writeFile(forgetful, `#!/bin/sh\n${says}\nexec "${tools.ffmpegPath}" "$@"\n`, {
      mode: 0o755,
    });
    const told: number[] = [];
    const run = {
      ...slowly(join(folder, 'forgotten.mp4')),
      timeLimitMs: (writtenMs: number) => 60_000 + 20 * writtenMs,
      onProgress: (writtenMs: number) => void told.push(writtenMs),
    };
    await runFfmpeg(run, { ...tools, ffmpegPath: forgetful });
    expect(told.length).toBeGreaterThan(1);
    expect(Math.max(...told)).toBeLessThan(60_000);
  });

  it('fails, and nothing worse, where ffmpeg cannot be started', async () => {
    const run = { ...slowly(join(folder, 'never.mp4')), workingDir: join(folder, 'gone') };
    await expect(runFfmpeg(run, tools)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('decodes no picture that is larger than any camera makes', async () => {
    const huge = await fixture('huge.mp4', tools.ffmpegPath);
    const outputs = [{ options: ['-frames:v', '1', '-f', 'null'], target: '-' }];
    const run = { source: huge, outputs, workingDir: folder };
    const error = await runFfmpeg(run, tools).catch((reason) => reason);
    expect(error).toBeInstanceOf(FfmpegError);
    expect(error.stderrTail).toContain('exceeds specified max pixel count');
  });

  it('reads nothing that a list names, even what lies beside it', async () => {
    await copyFile(source, join(folder, 'beside.mp4'));
    const list = join(folder, 'list.mp4');
    await writeFile(list, "ffconcat version 1.0\nfile 'beside.mp4'\n");
    const copy = ['-i', list, '-c', 'copy', '-f', 'null', '-'];
    // Left alone, ffmpeg does read it.
    await execute(tools.ffmpegPath, ['-v', 'error', ...copy]);
    const outputs = [{ options: ['-c', 'copy', '-f', 'null'], target: '-' }];
    const run = { source: list, outputs, workingDir: folder };
    await expect(runFfmpeg(run, tools)).rejects.toThrow(FfmpegError);
  });

  it.each(['with', 'without'])(
    'takes ffmpeg along when the worker is killed, %s setpriv',
    async (how) => {
      const target = join(folder, `orphan-${how}.mp4`);
      const crippled = join(folder, 'bin');
      await mkdir(crippled, { recursive: true });
      await writeFile(join(crippled, 'setpriv'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
      const path = process.env.PATH ?? '';
      const module = new URL('./run.ts', import.meta.url).href;
      const script = `const { runFfmpeg } = await import(${JSON.stringify(module)});
      await runFfmpeg(${JSON.stringify(slowly(target))}, ${JSON.stringify(tools)});`;
      const worker = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: 'ignore',
        env: { ...process.env, PATH: how === 'with' ? path : `${crippled}:${path}` },
      });
      // By its name: the keeper's shell has the same words in its command line.
      const encoding = async () =>
        (await processesOn(target)).some(({ line }) => /^\s*\d+\s+\S+\s+\S*ffmpeg /.test(line));
      expect(await until(encoding)).toBe(true);
      worker.kill('SIGKILL');
      expect(await until(async () => (await processesOn(target)).length === 0)).toBe(true);
    },
  );
});
