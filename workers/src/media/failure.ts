/** Why a file could not become a recording. core/contract has the codes and what teachers read for them. */
import type { FailureCode } from '@second-look/core/contract';

/**
 * @property code what a teacher is told, by way of core's sentences
 * @property operatorDetail the end of ffmpeg's output; may hold file names, never shown to teachers
 * @property isWorthRetrying false where the file itself is at fault
 */
export class MediaFailure extends Error {
  override readonly name = 'MediaFailure';
  readonly code: FailureCode;
  readonly operatorDetail: string;

  constructor(code: FailureCode, operatorDetail = '') {
    super(operatorDetail ? `${code}: ${operatorDetail.split('\n').at(-1)}` : code);
    this.code = code;
    this.operatorDetail = operatorDetail;
  }

  get isWorthRetrying(): boolean {
    return this.code === 'encode_failed';
  }
}
