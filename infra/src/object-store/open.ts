import { join } from 'node:path';
import type { Config } from '../config/index.ts';
import { openDiskStore } from './disk.ts';
import type { ObjectStore } from './index.ts';

/** The store that the configuration names: a folder of `DATA_DIR`. */
export function openStore({ dataDir }: Pick<Config, 'dataDir'>): Promise<ObjectStore> {
  return openDiskStore(join(dataDir, 'objects'));
}
