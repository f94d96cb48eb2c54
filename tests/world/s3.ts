/// <reference path="./s3rver.d.ts" />
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig, type S3Config } from '@second-look/infra/config';
import S3rver from 's3rver';

export interface TestS3 {
  /** What processes that use it are started with. */
  env: Record<string, string>;
  config: S3Config;
  /** Where it keeps the objects, in its own way. */
  folder: string;
  close(): Promise<void>;
}

/** What whoever sets S3_PUBLIC_URL gives the bucket: pages may read, in ranges. */
const openToPages = `<CORSConfiguration><CORSRule>
  <AllowedOrigin>http://127.0.0.1:*</AllowedOrigin>
  <AllowedMethod>GET</AllowedMethod>
  <AllowedHeader>Range</AllowedHeader>
</CORSRule></CORSConfiguration>`;

/**
 * A store that speaks S3, in this process, on a free port, with an empty bucket. It is s3rver, mended where
 * it is wrong about what S3 promises (patches/): objects appeared before they were whole, the first byte
 * alone could not be asked for, ETags of parts were not compared, uploads could not be aborted. It does not
 * verify signatures, it takes requests without one, and it has no ListParts and no ListMultipartUploads.
 * @param options.isPublic browsers may read from it, from pages of this machine
 */
export async function startS3({ isPublic = false } = {}): Promise<TestS3> {
  const folder = await mkdtemp(join(tmpdir(), 'second-look-s3-'));
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    directory: folder,
    silent: true,
    configureBuckets: [{ name: 'second-look', configs: isPublic ? [openToPages] : [] }],
  });
  const { port } = await server.run();
  // The SDK keeps its connections longer than Node's servers do, and sends into one that is being closed.
  server.httpServer.keepAliveTimeout = 60_000;
  const env = {
    S3_BUCKET: 'second-look',
    S3_ENDPOINT: `http://127.0.0.1:${port}`,
    S3_ACCESS_KEY_ID: 'S3RVER',
    S3_SECRET_ACCESS_KEY: 'S3RVER',
    ...(isPublic && { S3_PUBLIC_URL: `http://127.0.0.1:${port}` }),
  };
  return {
    env,
    config: s3Config(env),
    folder,
    close: async () => {
      server.httpServer.closeAllConnections();
      await server.close();
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
