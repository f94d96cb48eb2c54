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
  return s3 ? openS3Store(s3, warn) : openDiskStore(join(dataDir, 'objects'));
}
