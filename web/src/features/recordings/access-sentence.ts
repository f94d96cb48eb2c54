import './strings.ts';
import type { Recording } from '@second-look/core/contract';
import { formatDate } from '../../app/format.ts';
import { i18n, language } from '../../app/i18n.ts';

/** Says what somebody with whom a recording was shared may do, and until when. */
export function accessSentence(
  { canComment, expiresAt }: NonNullable<Recording['access']>,
  now = new Date(),
): string {
  const t = i18n.getFixedT(language, 'recordings');
  const what = t(canComment ? 'shared.canComment' : 'shared.canView');
  if (expiresAt === null) return what;
  return t('shared.until', { what, date: formatDate(new Date(expiresAt), { now }) });
}
