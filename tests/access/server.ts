import { createHmac, randomUUID } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Id } from '@second-look/core/access';
import { deriveKey, readConfig, roleUrl } from '@second-look/infra/config';
import { openLog } from '@second-look/infra/log';
import type { ObjectStore } from '@second-look/infra/object-store';
import { openDiskStore } from '@second-look/infra/object-store/disk';
import { openQueue } from '@second-look/infra/queue';
import { buildApp } from '../../server/src/app.ts';
import { freshDatabase, type TestDatabase } from '../world/database.ts';
import { waitingStep } from './administration.ts';

export interface RunningServer {
  database: TestDatabase;
  store: ObjectStore;
  /** Every route there is, as `METHOD /path/:param`, and whether it answers without a session. */
  routes: Map<string, { isPublic: boolean }>;
  /** Signs people in without a password, and says which cookie each then sends. */
  signIn(people: { id: Id }[]): Promise<void>;
  /** Asks as a person, or signed out where there is none. */
  ask(viewer: Id | null, request: Asked): Promise<Answer>;
  /** Opens each person's stream of live updates. */
  listen(people: Id[]): Promise<Heard>;
  close(): Promise<void>;
}

export interface Heard {
  /** The events that a person has heard so far. */
  of(viewer: Id): unknown[];
  close(): void;
}

export interface Asked {
  method: string;
  url: string;
  headers?: Record<string, string>;
  /** A text is sent as it is, anything else as JSON. */
  body?: unknown;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

type App = Awaited<ReturnType<typeof buildApp>>;
interface RouteOptions {
  method: string | string[];
  url: string;
  config?: { isPublic?: boolean };
}

/** The whole server on a database and a store of its own, listening. */
export async function startServer(): Promise<RunningServer> {
  const database = await freshDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'second-look-access-'));
  const store = await openDiskStore(folder);
  const { databaseUrl, secret } = database;
  const queue = await openQueue(roleUrl(databaseUrl, secret, 'queue'), () => {});
  await queue.add({ id: waitingStep });
  const config = readConfig({ DATABASE_URL: databaseUrl, SECRET: secret, LOG_LEVEL: 'silent' });

  const registered: RouteOptions[] = [];
  const collect = (message: unknown) =>
    (message as { fastify: App }).fastify.addHook('onRoute', (route) => {
      registered.push(route);
    });
  subscribe('fastify.initialization', collect);
  const app = await buildApp({
    config,
    log: openLog('server', 'silent'),
    database: database.as('app'),
    authDatabase: database.as('auth'),
    store,
    queue,
    listenUrl: roleUrl(database.adminUrl, secret, 'app'),
  });
  unsubscribe('fastify.initialization', collect);
  const routes = new Map(
    registered.flatMap((route) =>
      [route.method].flat().map((method) => {
        const isPublic = route.config?.isPublic === true;
        return [`${method} ${route.url}`, { isPublic }] as const;
      }),
    ),
  );
  const address = await app.listen({ host: '127.0.0.1', port: 0 });

  const cookies = new Map<Id, string>();
  return {
    database,
    store,
    routes,
    async signIn(people) {
      for (const { id } of people) {
        const token = randomUUID();
        await database.as('admin').pool.query(
          `insert into auth.session (id, user_id, token, expires_at)
           values (gen_random_uuid(), $1, $2, now() + interval '14 days')`,
          [id, token],
        );
        cookies.set(id, signedCookie(secret, token));
      }
    },
    async ask(viewer, { method, url, headers = {}, body }) {
      const isText = typeof body === 'string';
      const cookie = viewer === null ? undefined : cookies.get(viewer);
      const abort = new AbortController();
      const response = await fetch(address + url, {
        method,
        redirect: 'manual',
        signal: abort.signal,
        headers: {
          ...(cookie !== undefined && { cookie }),
          ...(body !== undefined && !isText && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
      });
      const isEndless = response.headers.get('content-type')?.startsWith('text/event-stream');
      const text = isEndless ? '' : await response.text();
      if (isEndless) abort.abort();
      return { status: response.status, headers: Object.fromEntries(response.headers), body: text };
    },
    async listen(people) {
      const abort = new AbortController();
      const texts = new Map<Id, string>();
      for (const id of people) {
        const headers = { cookie: cookies.get(id) ?? '' };
        const response = await fetch(`${address}/api/events`, { headers, signal: abort.signal });
        const gather = async () => {
          const decoder = new TextDecoder();
          for await (const chunk of response.body ?? []) {
            texts.set(id, (texts.get(id) ?? '') + decoder.decode(chunk, { stream: true }));
          }
        };
        // Ends with the abort.
        gather().catch(() => {});
      }
      return {
        of: (viewer) =>
          [...(texts.get(viewer) ?? '').matchAll(/^data: (.*)$/gm)].map(([, data = '']) =>
            JSON.parse(data),
          ),
        close: () => abort.abort(),
      };
    },
    async close() {
      // The client keeps connections open in case it asks again.
      app.server.closeAllConnections();
      await app.close();
      await queue.close();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The session cookie as better-auth signs it: the token, a dot, and its HMAC-SHA-256 in base64. */
function signedCookie(secret: string, token: string): string {
  const signature = createHmac('sha256', deriveKey(secret, 'sessions')).update(token);
  return `second-look.session_token=${encodeURIComponent(`${token}.${signature.digest('base64')}`)}`;
}

/** An answer without what differs between any two requests. */
export function comparable({ status, headers, body }: Answer) {
  const { date, 'content-length': length, 'keep-alive': alive, ...same } = headers;
  return { status, headers: same, body: body.replace(/"requestId":"[^"]*"/, '') };
}
