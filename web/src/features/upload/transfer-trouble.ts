import { ApiProblem } from '../../app/api.ts';
import type { UploadTrouble } from './uploads.ts';

/** Why a transfer stopped. `isPassing`: worth trying again by itself. */
export class TransferTrouble extends Error {
  override readonly name = 'TransferTrouble';
  readonly trouble: UploadTrouble;
  readonly isPassing: boolean;
  /** The recording has a video, but not at an address known here: its creation was answered into the void. */
  readonly isLostCreation: boolean;

  constructor(trouble: UploadTrouble, { isPassing = false, isLostCreation = false } = {}) {
    super(trouble);
    this.trouble = trouble;
    this.isPassing = isPassing;
    this.isLostCreation = isLostCreation;
  }
}

/**
 * @param status of the answer that stopped it; 0 where there was none
 * @param resumeStatus of the question where to go on, asked before; 0 where it was not asked
 */
export function readTrouble(
  status: number,
  resumeStatus: number,
  hadAddress: boolean,
): TransferTrouble {
  if (status === 0) return new TransferTrouble('offline', { isPassing: true });
  if (status === 401) return new TransferTrouble('signed_out', { isPassing: true });
  if (status === 413) return new TransferTrouble('too_large');
  if (status === 507) return new TransferTrouble('no_space');
  if (status === 404 || status === 410) return new TransferTrouble('gone');
  if (status === 409 && (!hadAddress || resumeStatus === 404 || resumeStatus === 410)) {
    return new TransferTrouble('refused', { isLostCreation: true });
  }
  // 409 otherwise: the places differ, asking again mends it. 423: another request still holds it.
  if ([408, 409, 423, 429].includes(status) || status >= 500) {
    return new TransferTrouble('server', { isPassing: true });
  }
  return new TransferTrouble('refused');
}

/** The same for whatever else stopped an upload: the API's answers about its recording. */
export function readError(error: unknown): TransferTrouble {
  if (error instanceof TransferTrouble) return error;
  if (!(error instanceof ApiProblem)) return new TransferTrouble('refused');
  if (error.status === 0) return new TransferTrouble('offline', { isPassing: true });
  if (error.status === 401) return new TransferTrouble('signed_out', { isPassing: true });
  if (error.status === 429 || error.status >= 500) {
    return new TransferTrouble('server', { isPassing: true });
  }
  return new TransferTrouble(error.status === 404 ? 'gone' : 'refused');
}
