/// <reference path="./s3rver.d.ts" />
/**
 * s3rver as a process of its own: `s3-server.ts <folder> [public]`. Its port goes to standard output. Where it
 * is wrong about what S3 promises, its file store is mended here.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import S3rver from 's3rver';
import S3Error from 's3rver/lib/models/error.js';
import FilesystemStore, {
  type Part,
  type Range,
  type StoredObject,
} from 's3rver/lib/stores/filesystem.js';

const [folder = '', audience] = process.argv.slice(2);

/** What whoever sets S3_PUBLIC_URL gives the bucket: pages may read, in ranges. */
const openToPages = `<CORSConfiguration><CORSRule>
  <AllowedOrigin>http://127.0.0.1:*</AllowedOrigin>
  <AllowedMethod>GET</AllowedMethod>
  <AllowedHeader>Range</AllowedHeader>
</CORSRule></CORSConfiguration>`;

class MendedStore extends FilesystemStore {
  /** The first byte alone can be asked for: a last byte of 0 was taken for none. */
  override getObject(bucket: string, key: string, range?: Range) {
    const isFirstByte = range?.end === 0;
    // As an object a number is true, also 0, and the arithmetic stays what it was.
    return super.getObject(bucket, key, isFirstByte ? { ...range, end: Object(0) } : range);
  }

  /** An object appears when it is whole, and not where the request broke off. */
  override async putObject(object: StoredObject) {
    const { bucket, key, content, metadata } = object;
    const made = await writeWhole(this.getResourcePath(bucket, key, 'object'), content);
    await this.putMetadata(bucket, key, metadata, made.md5);
    return made;
  }

  /** A part belongs to an upload that was begun, and is whole. */
  override async putPart(bucket: string, uploadId: string, number: number, content: Readable) {
    await this.insistOn(bucket, uploadId);
    const path = join(this.folderOf(bucket, uploadId), String(number));
    const made = await writeWhole(path, content);
    await writeFile(`${path}.md5`, made.md5);
    return made;
  }

  /** The parts are those that were sent: their ETags say so. */
  override async putObjectMultipart(bucket: string, uploadId: string, parts: Part[]) {
    await this.insistOn(bucket, uploadId);
    for (const { number, etag } of parts) {
      const path = join(this.folderOf(bucket, uploadId), `${number}.md5`);
      const md5 = await readFile(path, 'utf8').catch(() => '');
      if (md5 !== etag) throw new S3Error('InvalidPart', `Part ${number} could not be found.`);
    }
    return super.putObjectMultipart(bucket, uploadId, parts);
  }

  /** Ends a multipart upload, with all that was sent of it. */
  async abort(bucket: string, uploadId: string): Promise<void> {
    await this.insistOn(bucket, uploadId);
    await rm(this.folderOf(bucket, uploadId), { recursive: true });
  }

  private async insistOn(bucket: string, uploadId: string): Promise<void> {
    await readFile(join(this.folderOf(bucket, uploadId), 'metadata')).catch(() => {
      throw new S3Error('NoSuchUpload', 'The specified upload does not exist.');
    });
  }

  private folderOf(bucket: string, uploadId: string): string {
    return join(this.getResourcePath(bucket, undefined, 'uploads'), uploadId);
  }
}

/** Writes beside its place and moves it there when it is whole. */
async function writeWhole(path: string, content: Buffer | Readable) {
  const unfinished = `${path}.${randomUUID()}`;
  const hash = createHash('md5');
  let size = 0;
  await mkdir(dirname(path), { recursive: true });
  try {
    await pipeline(
      content instanceof Readable ? content : Readable.from([content]),
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          size += chunk.length;
          yield chunk;
        }
      },
      createWriteStream(unfinished),
    );
    await rename(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
  }
  return { size, md5: hash.digest('hex') };
}

const server = new S3rver({
  address: '127.0.0.1',
  port: 0,
  directory: folder,
  silent: true,
  configureBuckets: [{ name: 'second-look', configs: audience === 'public' ? [openToPages] : [] }],
});
const store = new MendedStore(folder);
server.store = store;
server.context.store = store;
// It answers AbortMultipartUpload with "method not allowed".
server.middleware.unshift(async (context, next) => {
  const { method, path, query } = context;
  if (method !== 'DELETE' || query.uploadId === undefined) return next();
  await store.abort(path.split('/')[1] ?? '', query.uploadId);
  context.status = 204;
});

const { port } = await server.run();
// The SDK keeps its connections longer than Node's servers do, and sends into one that is being closed.
server.httpServer.keepAliveTimeout = 60_000;
process.stdout.write(`${port}\n`);
// Whoever started it is gone.
process.stdin.on('end', () => process.exit()).resume();
