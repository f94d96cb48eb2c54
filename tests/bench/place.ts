import { chownSync, mkdtempSync, openAsBlob, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { RecordingDetail } from '@second-look/core/contract';
import { roleUrl } from '@second-look/infra/config';
import { migrate } from '@second-look/migrations/migrate';
import { enrol } from '@second-look/server/enrol';
import { openCluster } from '../../infra/embedded/cluster.ts';
import { startPostgres } from '../../infra/embedded/postgres.ts';
import { unprivilegedAccount } from '../../infra/embedded/postgres-binaries.ts';
import { type Product, startProduct } from '../e2e/product.ts';

export interface Place {
  product: Product;
  /** The database's address as the superuser, whom no policy holds up. */
  databaseUrl: string;
  secret: string;
  /** One request as the teacher who is signed in. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** The teacher's cookie, for requests of another kind. */
  cookie: string;
  close(): Promise<void>;
}

/**
 * The product on a database of its own that flushes as it does for its users, with one teacher signed in.
 * @param settings more of what it is started with
 */
export async function openPlace(settings: Record<string, string> = {}): Promise<Place> {
  const secret = 'a secret for measuring, and for nothing else';
  const teacher = { email: 'teacher@bench.test', password: 'a password for measuring' };
  const home = mkdtempSync(join(tmpdir(), 'second-look-bench-'));
  const account = unprivilegedAccount();
  if (account) chownSync(home, account.uid, account.gid);
  const cluster = openCluster(join(home, 'database'), account);
  const postgres = await startPostgres(cluster, { logFile: join(home, 'database.log') });
  const removeDatabase = async () => {
    await postgres.stop(10_000);
    rmSync(home, { recursive: true, force: true });
  };
  try {
    const databaseUrl = postgres.adminUrl('postgres');
    await migrate({ adminUrl: databaseUrl, secret });
    await enrol(roleUrl(databaseUrl, secret, 'migrator'), {
      organisations: [{ key: 'school', name: 'A school', kind: 'school' }],
      people: [
        {
          ...teacher,
          name: 'A teacher',
          memberships: [{ organisation: 'school', role: 'member' }],
        },
      ],
    });
    const env = { LOG_LEVEL: 'warn', ...settings };
    const product = await startProduct({ databaseUrl, secret, env });
    const signIn = await fetch(`${product.url}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(teacher),
    });
    const cookie = (signIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    return {
      product,
      databaseUrl,
      secret,
      cookie,
      ask: async (path, init = {}) => {
        const headers = { ...Object.fromEntries(new Headers(init.headers)), cookie };
        const response = await fetch(new URL(path, product.url), { ...init, headers });
        if (response.ok) return response;
        throw new Error(`${path}: ${response.status} ${await response.text()}`);
      },
      async close() {
        await product.stop();
        await removeDatabase();
      },
    };
  } catch (error) {
    await removeDatabase();
    throw error;
  }
}

/** A draft with an upload begun. @returns its id and the upload's address */
export async function beginUpload(
  place: Place,
  sizeBytes: number,
): Promise<{ id: string; address: string }> {
  const draft = await place.ask('/api/recordings', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'Measured' }),
  });
  const { id } = (await draft.json()) as { id: string };
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const made = await place.ask('/api/uploads', {
    method: 'POST',
    headers: {
      'tus-resumable': '1.0.0',
      'upload-length': String(sizeBytes),
      'upload-metadata': `recordingId ${base64(id)},filename ${base64('measured.mp4')}`,
    },
  });
  return { id, address: made.headers.get('location') ?? '' };
}

/** Uploads a film in one request. @returns when its last byte was there, as `performance.now()` has it */
export async function sendFilm(
  place: Place,
  path: string,
): Promise<{ id: string; doneAt: number }> {
  const body = await openAsBlob(path);
  const { id, address } = await beginUpload(place, body.size);
  const headers = {
    'tus-resumable': '1.0.0',
    'upload-offset': '0',
    'content-type': 'application/offset+octet-stream',
  };
  await place.ask(address, { method: 'PATCH', headers, body });
  return { id, doneAt: performance.now() };
}

/** Asks again and again until a recording is as it is wanted. @throws Error where it failed */
export async function untilIs(
  place: Place,
  id: string,
  isWanted: (recording: RecordingDetail) => boolean,
  everyMs: number,
): Promise<void> {
  for (;;) {
    const recording = (await (await place.ask(`/api/recordings/${id}`)).json()) as RecordingDetail;
    if (recording.state === 'failed') throw new Error(recording.failure?.detail);
    if (isWanted(recording)) return;
    await pause(everyMs);
  }
}
