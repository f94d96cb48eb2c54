import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closingSeconds } from '@second-look/server/app';
import { DCLinter } from 'dclint';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Compose,
  insistOnCommand,
  known,
  pathOf,
  read,
  readCompose,
  run,
  type Service,
  secondsOf,
  variablesOf,
} from './files.ts';

let compose: Compose;
let ours: [string, Service][];
let caddyfile: string;
let dockerfile: string;
beforeAll(async () => {
  compose = await readCompose();
  ours = Object.entries(compose.services).filter(([, { build }]) => build);
  caddyfile = await read('infra/deploy/Caddyfile');
  dockerfile = await read('infra/deploy/Dockerfile');
});

describe('docker-compose.yml', () => {
  it('is of the form that Compose takes, and its linter finds nothing', async () => {
    expect(lintCompose(pathOf('docker-compose.yml'))).toEqual([]);
    const folder = await mkdtemp(join(tmpdir(), 'second-look-compose-'));
    const mistaken = join(folder, 'docker-compose.yml');
    await writeFile(
      mistaken,
      (await read('docker-compose.yml')).replace('read_only:', 'readonly:'),
    );
    expect(lintCompose(mistaken).join()).toContain('ComposeValidationError');
    await rm(folder, { recursive: true });
  });

  it('sets nothing for the product that the product does not know', () => {
    for (const [name, { environment = {} }] of ours) {
      const unknown = Object.keys(environment).filter((variable) => !known.includes(variable));
      expect(unknown, name).toEqual([]);
    }
  });

  it('asks .env for what the example has, and for nothing else', async () => {
    const text = await read('docker-compose.yml');
    const asked = [...text.matchAll(/(?<!\$)\$\{([A-Z0-9_]+)/g)].map(([, name]) => name);
    const given = Object.keys(variablesOf(await read('infra/deploy/example.env')));
    expect([...new Set(asked)].toSorted()).toEqual(given.toSorted());
  });

  it('gives every container as little as it can', () => {
    for (const [name, service] of Object.entries(compose.services)) {
      expect(service, name).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
    }
    for (const [name, { user }] of ours) expect(user, name).toBe('node');
  });

  it('lets nothing be reached from outside but the proxy, and the proxy reach nothing but servers', () => {
    const published = Object.entries(compose.services).filter(([, { ports }]) => ports);
    expect(published.map(([name]) => name)).toEqual(['proxy']);
    expect(compose.services.proxy?.networks).toEqual(['front']);
    expect(compose.networks.engines).toEqual({ internal: true });
    const inFront = Object.entries(compose.services).filter(([, { networks }]) =>
      networks.includes('front'),
    );
    expect(inFront.map(([name]) => name)).toEqual(['proxy', 'server-1', 'server-2']);
  });

  it('knows which image of each engine it starts', () => {
    for (const { image, build } of Object.values(compose.services)) {
      if (!build) expect(image).toMatch(/^[\w/-]+:v?\d+\.\d+\.?\d*(-\w+)?$/);
    }
  });

  it('tells the superuser of the database to commands alone', () => {
    const told = ours.filter(([, { environment }]) => environment?.MIGRATOR_DATABASE_URL);
    expect(told.map(([name]) => name)).toEqual(['migrate', 'operator']);
  });

  it('starts what is there', async () => {
    for (const [name, { command, entrypoint }] of ours) {
      const words = [...(entrypoint ?? []), ...(command ?? [])];
      if (words[0] === 'node') expect(existsSync(pathOf(words[1] ?? '')), name).toBe(true);
      else if (words[0] === 'second-look') await insistOnCommand(words[1] ?? '');
      else expect(words, name).toEqual([]);
    }
  });

  it('drains for longer than the proxy takes to notice, and waits for longer than that', () => {
    const [interval, timeout] = ['health_interval', 'health_timeout'].map((word) =>
      secondsOf(new RegExp(`${word} (\\S+)`).exec(caddyfile)?.[1]),
    );
    for (const name of ['server-1', 'server-2']) {
      const { environment, stop_grace_period } = compose.services[name] ?? {};
      const drainSeconds = Number(environment?.DRAIN_SECONDS);
      expect(drainSeconds).toBeGreaterThan((interval ?? 0) + (timeout ?? 0));
      expect(secondsOf(stop_grace_period)).toBeGreaterThan(drainSeconds + closingSeconds.drained);
    }
  });

  it('has the proxy ask for what one server alone can lack', () => {
    expect(/health_uri (\S+)/.exec(caddyfile)?.[1]).toBe('/api/health/serving');
  });

  it('names in the proxy what the proxy file asks for, and the servers that there are', () => {
    const { environment = {} } = compose.services.proxy ?? {};
    const asked = [...caddyfile.matchAll(/\{\$(\w+)\}/g)].map(([, name]) => name ?? '');
    expect(asked.toSorted()).toEqual(Object.keys(environment).toSorted());
    const servers = environment.SERVERS?.split(' ').map((server) => server.split(':')) ?? [];
    expect(servers.map(([name]) => name)).toEqual(
      Object.keys(compose.services).filter((name) => name.startsWith('server')),
    );
    for (const [, port] of servers) expect(dockerfile).toMatch(new RegExp(`\\bPORT=${port}\\b`));
  });
});

describe('the example of .env', () => {
  const makeEnv = (...words: string[]) => run('sh', [pathOf('infra/deploy/make-env.sh'), ...words]);

  it('has no secret in it', async () => {
    const variables = variablesOf(await read('infra/deploy/example.env'));
    for (const name of secrets) expect(variables[name], name).toBe('');
  });

  it('gets new ones each time that it is made one', async () => {
    const made = [await makeEnv('lessons.test'), await makeEnv('lessons.test')];
    const [first = {}, second = {}] = made.map(({ stdout }) => variablesOf(stdout));
    for (const name of secrets) {
      expect(first[name], name).toMatch(/^(GK)?[0-9a-f]{32,64}$/);
      expect(first[name], name).not.toBe(second[name]);
    }
    expect(first).toMatchObject({ SITE_ADDRESS: 'lessons.test', WORKERS: '2', TLS: '' });
  });

  it('is made for a name only', async () => {
    await expect(makeEnv()).rejects.toMatchObject({ code: 2, stdout: '' });
  });
});

const secrets = [
  'SECRET',
  'POSTGRES_PASSWORD',
  'REDIS_PASSWORD',
  'S3_ACCESS_KEY_ID',
  'S3_SECRET_ACCESS_KEY',
  'GARAGE_RPC_SECRET',
];

/** What dclint says of a compose file, without what is a matter of taste. */
function lintCompose(path: string): string[] {
  const taste = [
    'no-quotes-in-volumes',
    'no-unbound-port-interfaces',
    'require-quotes-in-ports',
    'service-keys-order',
    'services-alphabetical-order',
    'top-level-properties-order',
  ];
  const rules = Object.fromEntries(taste.map((rule) => [rule, 0 as const]));
  const linter = new DCLinter({ rules, quiet: true, debug: false, exclude: [] });
  const results: { messages: { line: number; message: string }[] }[] = linter.lintFiles(
    [path],
    false,
  );
  return results.flatMap(({ messages }) =>
    messages.map(({ line, message }) => `${line}: ${message}`),
  );
}
