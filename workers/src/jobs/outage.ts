import { sqlState } from '@second-look/infra/database';
import { StoreFull, StoreProblem } from '@second-look/infra/object-store';
import { FfmpegError } from '../media/index.ts';

// Connection lost, serialisation, no resources, somebody's intervention, the system's own trouble
// (PostgreSQL, appendix A).
const passingStates = /^(08|40|53|55|57|58)/;
// node-postgres gives these no code.
const lostConnection =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/**
 * Whether an error says that something around the work failed (network, store, database, a full disk), which
 * will pass and says nothing of the film. A fault of the program's own, or a process that was killed, does
 * not count: either could be what one file does every time.
 */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof StoreFull || error instanceof StoreProblem) return true;
  if (error instanceof FfmpegError) return error.isDiskFull;
  const state = sqlState(error);
  if (state !== undefined) return passingStates.test(state);
  // What the SDK makes of the store's answers, and of none.
  if ('$metadata' in error || error.name === 'TimeoutError') return true;
  if (hasSystemCode(error) || lostConnection.test(error.message)) return true;
  if (error instanceof AggregateError) return error.errors.some(isOutage);
  return isOutage(error.cause);
}

/** What the system or a stream says: ECONNRESET, ENOSPC, EIO, … */
function hasSystemCode(error: Error): boolean {
  if (!('code' in error) || typeof error.code !== 'string') return false;
  return /^E[A-Z0-9]+$/.test(error.code) || error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
