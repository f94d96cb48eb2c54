// What of s3rver, which comes without types, the tests use.

declare module 's3rver' {
  import type { Server } from 'node:http';
  import type { AddressInfo } from 'node:net';
  import type FilesystemStore from 's3rver/lib/stores/filesystem.js';

  interface Context {
    method: string;
    path: string;
    query: Record<string, string | undefined>;
    status: number;
  }

  export default class S3rver {
    constructor(options: {
      address: string;
      port: number;
      directory: string;
      silent: boolean;
      configureBuckets: { name: string; configs: string[] }[];
    });
    store: FilesystemStore;
    context: { store: FilesystemStore };
    middleware: ((context: Context, next: () => Promise<void>) => Promise<void>)[];
    httpServer: Server;
    run(): Promise<AddressInfo>;
  }
}

declare module 's3rver/lib/models/error.js' {
  export default class S3Error extends Error {
    constructor(code: string, message: string);
  }
}

declare module 's3rver/lib/stores/filesystem.js' {
  import type { Readable } from 'node:stream';

  export interface Range {
    start?: number;
    end?: number;
  }
  export interface StoredObject {
    bucket: string;
    key: string;
    content: Buffer | Readable;
    metadata: object;
  }
  export interface Part {
    number: number;
    etag: string;
  }
  interface Made {
    size: number;
    md5: string;
  }

  export default class FilesystemStore {
    constructor(folder: string);
    getResourcePath(bucket: string, key: string | undefined, resource: string): string;
    putMetadata(bucket: string, key: string, metadata: object, md5: string): Promise<void>;
    getObject(bucket: string, key: string, range?: Range): Promise<StoredObject | null>;
    putObject(object: StoredObject): Promise<Made>;
    putPart(bucket: string, uploadId: string, number: number, content: Readable): Promise<Made>;
    putObjectMultipart(bucket: string, uploadId: string, parts: Part[]): Promise<Made>;
  }
}
