import { language } from '../../app/i18n.ts';

const monthMs = (365.25 * 86_400_000) / 12;

/** "3 months ago", "2 years ago": whole months, and from a year on whole years. */
export function ageInWords(date: Date, now: Date): string {
  const months = Math.floor((now.getTime() - date.getTime()) / monthMs);
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  if (months < 12) return format.format(-Math.max(0, months), 'month');
  return format.format(-Math.floor(months / 12), 'year');
}
