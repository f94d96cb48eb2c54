import { ApiProblem } from '../../app/api.ts';
import type { UploadTrouble } from './uploads.ts';

/** Why a transfer stopped. `isPassing`: worth trying again by itself. */
export class TransferTrouble extends Error {
  override readonly name = 'TransferTrouble';
  readonly trouble: UploadTrouble;
  readonly isPassing: boolean;
  /** The server has more or fewer bytes than were thought here: asking how many mends it at once. */
  readonly isMisplaced: boolean;

  constructor(trouble: UploadTrouble, { isPassing = false, isMisplaced = false } = {}) {
    super(trouble);
    this.trouble = trouble;
    this.isPassing = isPassing;
    this.isMisplaced = isMisplaced;
  }
}

/**
 * @param status of the answer that stopped it; 0 where there was none
 * @param hasAddress whether the upload had been begun, or found, by then
 * @param code of the problem in it; empty where it had none
 */
export function readTrouble(status: number, hasAddress: boolean, code = ''): TransferTrouble {
  if (status === 0) return new TransferTrouble('offline', { isPassing: true });
  if (status === 401) return new TransferTrouble('signed_out', { isPassing: true });
  if (status === 413) return new TransferTrouble('too_large');
  if (code === 'quota_full') return new TransferTrouble('quota_full');
  if (status === 507) return new TransferTrouble('no_space');
  if (status === 404 || status === 410) return new TransferTrouble('gone');
  // The recording's own upload of this size would have been found: what it has is another video.
  if (status === 409 && !hasAddress) return new TransferTrouble('taken');
  if (status === 409) return new TransferTrouble('server', { isPassing: true, isMisplaced: true });
  // 423: another request still holds it.
  if ([408, 423, 429].includes(status) || status >= 500) {
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
