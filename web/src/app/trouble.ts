import { ApiProblem } from './api.ts';
import { i18n } from './i18n.ts';

/** One sentence for something that could not be done: what happened, and that nothing has changed. */
export function troubleSentence(error: unknown): string {
  if (error instanceof ApiProblem) {
    if (error.code === 'offline') return i18n.t('trouble.offlineShort');
    if (error.detail) return error.detail;
  }
  return i18n.t('trouble.words');
}
