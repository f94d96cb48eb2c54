import type { Config } from '@second-look/infra/config';
import type { ObjectStore } from '@second-look/infra/object-store';
import { openStore } from '@second-look/infra/object-store/open';

/**
 * The store for a command, which does not wait, as servers do, until one that is away comes back.
 * @param say hears what works but could be better
 * @throws StoreProblem
 */
export async function openStoreNow(
  config: Config,
  say: (line: string) => void,
): Promise<ObjectStore> {
  const warnings: string[] = [];
  const store = await openStore(config, (warning) => warnings.push(warning));
  if (warnings.length > 0) await store.check();
  for (const warning of warnings) say(warning);
  return store;
}
