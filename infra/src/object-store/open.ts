import { join } from 'node:path';
import type { Config } from '../config/index.ts';
import { openDiskStore } from './disk.ts';
import type { ObjectStore } from './index.ts';
import { openS3Store } from './s3.ts';

/**
 * The store that the configuration names: a bucket, or a folder of `DATA_DIR`.
 * @param warn hears what whoever runs this should know, a sentence each
 * @throws StoreProblem where the store cannot be used, and would not be by itself
 */
export function openStore(
  { s3, dataDir }: Pick<Config, 's3' | 'dataDir'>,
  warn: (message: string) => void,
): Promise<ObjectStore> {
  return s3 ? openS3Store(s3, warn) : openDiskStore(folderOf(dataDir));
}

/** Where that store is, as words in a sentence for whoever runs this. */
export function placeOf({ s3, dataDir }: Pick<Config, 's3' | 'dataDir'>): string {
  return s3 ? `the bucket “${s3.bucket}” of ${s3.endpoint ?? 'Amazon S3'}` : folderOf(dataDir);
}

const folderOf = (dataDir: string) => join(dataDir, 'objects');
