import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startS3 } from '../../../tests/world/s3.ts';
import { describeObjectStore } from './contract.ts';
import { openS3Store } from './s3.ts';

describeObjectStore('a store that speaks S3', async () => {
  const s3 = await startS3();
  const home = await mkdtemp(join(tmpdir(), 'second-look-store-'));
  return {
    store: await openS3Store({ ...s3.config, publicUrl: s3.config.endpoint }, () => {}),
    makeFile: async (bytes) => {
      const path = join(home, 'file');
      await writeFile(path, bytes);
      return path;
    },
    close: async () => {
      await s3.close();
      await rm(home, { recursive: true, force: true });
    },
  };
});
