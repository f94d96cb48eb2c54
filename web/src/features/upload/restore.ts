import { queryClient } from '../../app/query-client.ts';
import { meQuery } from '../session/me.ts';
import { readPlaces } from './place.ts';
import { loadEngine, uploadStore } from './uploads.ts';

/** Goes on with what the signed-in user left unfinished here. Loads the engine only where there is any. */
export async function restoreUnfinished(): Promise<void> {
  const userId = queryClient.getQueryData(meQuery.queryKey)?.id;
  if (!userId) return;
  const isAny = uploadStore.read().length > 0 || (await readPlaces(userId)).length > 0;
  if (isAny) await (await loadEngine()).restoreUploads(userId);
}
