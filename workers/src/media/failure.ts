/** Why a file could not become a recording. core/contract has the codes and what teachers read for them. */
import type { FailureCode } from '@second-look/core/contract';

/**
 * @property code what a teacher is told, by way of core's sentences
 * @property operatorDetail the end of ffmpeg's output; quotes what is in the file, so it is neither logged nor shown to teachers
 * @property isWorthRetrying false where the file itself is at fault
 */
export class MediaFailure extends Error {
  override readonly name = 'MediaFailure';
  readonly code: FailureCode;
  readonly operatorDetail: string;

  constructor(code: FailureCode, operatorDetail = '') {
    super(code);
    this.code = code;
    this.operatorDetail = operatorDetail;
  }

  get isWorthRetrying(): boolean {
    return this.code === 'encode_failed';
  }
}
