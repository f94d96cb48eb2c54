import { runMigrations } from 'bullmq';
import { withConnection } from '../database/connection.ts';
import { sqlState } from '../database/index.ts';

// invalid_schema_name, undefined_table, undefined_function
const missing = new Set(['3F000', '42P01', '42883']);

/**
 * Makes the queue's tables again when an error says that they are gone (a database restored without them,
 * say): BullMQ itself would do so only when a process starts.
 * @returns what to tell each error of the queue
 */
export function schemaMender(url: string, schema: string, onError: (error: Error) => void) {
  let isAtWork = false;
  return async (error: unknown) => {
    if (isAtWork || !missing.has(sqlState(error) ?? '')) return;
    isAtWork = true;
    try {
      await withConnection(url, (client) => runMigrations(client, schema));
    } catch (failure) {
      onError(failure instanceof Error ? failure : new Error(String(failure)));
    } finally {
      isAtWork = false;
    }
  };
}
