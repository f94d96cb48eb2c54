import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfig, type S3Config } from '@second-look/infra/config';

export interface TestS3 {
  /** What processes that use it are started with. */
  env: Record<string, string>;
  config: S3Config;
  /** Where it keeps the objects, in its own way. */
  folder: string;
  close(): Promise<void>;
}

const script = fileURLToPath(new URL('s3-server.ts', import.meta.url));

/**
 * A store that speaks S3, on a free port, with an empty bucket. It is s3rver, mended (s3-server.ts) where it is
 * wrong about what S3 promises: objects appeared before they were whole, the first byte alone could not be asked
 * for, ETags of parts were not compared, uploads could not be aborted. It does not verify signatures, it
 * takes requests without one, and it has no ListParts and no ListMultipartUploads.
 * @param options.isPublic browsers may read from it, from pages of this machine
 */
export async function startS3({ isPublic = false } = {}): Promise<TestS3> {
  const folder = await mkdtemp(join(tmpdir(), 'second-look-s3-'));
  // Its continuation tokens are made with DES, which OpenSSL 3 keeps apart.
  const words = ['--openssl-legacy-provider', '--disable-warning=DEP0040', script, folder];
  const server = spawn(process.execPath, isPublic ? [...words, 'public'] : words, {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(server, 'exit');
  const [port] = await Promise.race([
    once(server.stdout.setEncoding('utf8'), 'data'),
    ended.then(() => {
      throw new Error('The S3 server ended before it listened.');
    }),
  ]);
  const env = {
    S3_BUCKET: 'second-look',
    S3_ENDPOINT: `http://127.0.0.1:${port.trim()}`,
    S3_ACCESS_KEY_ID: 'S3RVER',
    S3_SECRET_ACCESS_KEY: 'S3RVER',
    ...(isPublic && { S3_PUBLIC_URL: `http://127.0.0.1:${port.trim()}` }),
  };
  return {
    env,
    config: s3Config(env),
    folder,
    close: async () => {
      server.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The store's part of a configuration, from settings of its own. */
export function s3Config(env: Record<string, string>): S3Config {
  const { s3 } = readConfig({
    DATABASE_URL: 'postgres://db.test/x',
    SECRET: 'x'.repeat(32),
    ...env,
  });
  if (!s3) throw new Error('These settings name no bucket.');
  return s3;
}
