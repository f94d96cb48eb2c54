import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { settingNames } from '@second-look/infra/config';
import { closingSeconds } from '@second-look/server/app';
import { validate } from 'dockerfile-utils';
import { beforeAll, describe, expect, it } from 'vitest';
import { insistOnCommand, known, otherSettings, pathOf, read, run } from './files.ts';

let dockerfile: string;
beforeAll(async () => {
  dockerfile = await read('infra/deploy/Dockerfile');
});

describe("README's table of settings", () => {
  it('names every setting, and none that is none', async () => {
    const [, table = ''] = (await read('README.md')).split('\n## Settings\n');
    const rows = table.split('\n## ')[0]?.match(/^\| `[^|]*/gm) ?? [];
    const named = rows.flatMap((row) => row.match(/[A-Z][A-Z0-9_]+/g) ?? []);
    expect(named.toSorted()).toEqual([...settingNames, ...otherSettings].toSorted());
  });
});

describe('the Dockerfile', () => {
  it('is one, and its checker finds nothing', () => {
    expect(validate(dockerfile)).toEqual([]);
    expect(validate(dockerfile.replace('WORKDIR /app', 'WORKDIRE /app'))).not.toEqual([]);
  });

  it('sets nothing that the product does not know', () => {
    const [, lines = ''] = /\nENV ((?:.*\\\n)*.*)/.exec(dockerfile) ?? [];
    const names = [...lines.matchAll(/([A-Z_]+)=/g)].map(([, name]) => name);
    expect(names).toContain('DATA_DIR');
    expect(names.filter((name) => !known.includes(name ?? ''))).toEqual([]);
  });

  it('copies what is there and not kept out', async () => {
    const ignored = (await read('.dockerignore')).split('\n');
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(?:--\S+ )?(.*) \S+$/gm)].flatMap(
      ([, paths]) => paths?.split(' ') ?? [],
    );
    expect(copied).toContain('core');
    for (const path of copied) {
      expect(existsSync(pathOf(path)), path).toBe(true);
      const isLetIn = ignored.some((line) => line === `!${path}` || path.startsWith(line.slice(1)));
      expect(isLetIn, path).toBe(true);
    }
  });

  it('knows every package of the workspace, and its tools', async () => {
    const manifests = [...dockerfile.matchAll(/^COPY (\w+)\/package.json/gm)].map(
      ([, name]) => name,
    );
    const workspace = await read('pnpm-workspace.yaml');
    const packages = [...workspace.matchAll(/^ {2}- (\w+)$/gm)].map(([, name]) => name);
    expect(manifests).toEqual(packages);
    const toolchain = await read('infra/embedded/toolchain.mjs');
    const [, pnpm] = /pnpmVersion = '(.*)'/.exec(toolchain) ?? [];
    const [, node] = /nodeVersion = '(\d+)/.exec(toolchain) ?? [];
    expect(dockerfile).toContain(`pnpm@${pnpm}\n`);
    for (const [, image] of dockerfile.matchAll(/^FROM (node\S*)/gm)) {
      expect(image).toBe(`node:${node}-trixie-slim`);
    }
  });

  it('ends in a user without rights and a program that is there', () => {
    expect(/^USER (.*)$/m.exec(dockerfile)?.[1]).toBe('node');
    const [, program] = /^CMD \["node", "(.*)"\]$/m.exec(dockerfile) ?? [];
    expect(existsSync(pathOf(program ?? 'none'))).toBe(true);
    expect(dockerfile).toMatch(/^HEALTHCHECK [\s\S]*\/api\/health\/ready/m);
  });
});

describe('the units for systemd', () => {
  it('set what the product knows, start what is there, and wait until a server has drained', async () => {
    const files = await readdir(pathOf('infra/deploy/systemd'));
    const units = files.filter((name) => name.endsWith('.service'));
    expect(units).toHaveLength(3);
    for (const unit of units) {
      const text = await read(`infra/deploy/systemd/${unit}`);
      const set = [...text.matchAll(/^Environment=(.*)$/gm)].flatMap(([, pairs]) =>
        pairs?.split(' '),
      );
      const names = set.map((pair) => pair?.split('=')[0] ?? '').filter((name) => name !== 'PATH');
      expect(names.filter((name) => !known.includes(name))).toEqual([]);
      const [, program = '', words = ''] =
        /^ExecStart=\/usr\/bin\/env node (\S+) ?(.*)$/m.exec(text) ?? [];
      expect(existsSync(pathOf(program)), unit).toBe(true);
      if (words) await insistOnCommand(words);
      const drainSeconds = Number(/DRAIN_SECONDS=(\d+)/.exec(text)?.[1] ?? 0);
      const [, stopSeconds] = /^TimeoutStopSec=(\d+)$/m.exec(text) ?? [];
      if (drainSeconds > 0)
        expect(Number(stopSeconds)).toBeGreaterThan(drainSeconds + closingSeconds.drained);
    }
  });
});

describe("the operator's command beside the units", () => {
  // Nobody else may change users.
  it.skipIf(process.getuid?.() !== 0)(
    'reaches the program with nothing but its own PATH',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'second-look-command-'));
      try {
        for (const name of ['settings.env', 'migrator.env'])
          await writeFile(join(folder, name), '');
        const script = (await read('infra/deploy/systemd/second-look'))
          .replaceAll('/etc/second-look', folder)
          .replaceAll('/opt/second-look', pathOf(''))
          .replaceAll('/opt/node/bin', dirname(process.execPath))
          .replaceAll('--user second-look', '--user root');
        const words = ['-i', '/bin/sh', '-c', script, 'second-look', 'queue', '--help'];
        expect((await run('/usr/bin/env', words)).stdout).toMatch(/^second-look queue/);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
});
