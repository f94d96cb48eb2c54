import { i18n, language } from './i18n.ts';

/** Reads a calendar day, `2026-11-12`, as that day here; an instant as it is. */
export function toDate(text: string): Date {
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  return day ? new Date(Number(day[1]), Number(day[2]) - 1, Number(day[3])) : new Date(text);
}

/** The calendar day of a moment here, `2026-11-12`. */
export function toDay(date: Date): string {
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

/** A title as a sentence can take it: cut at a space where there is one, with "…", beyond `most` characters. */
export function shortTitle(title: string, most = 60): string {
  if (title.length <= most) return title;
  const cut = title.slice(0, most);
  const lastSpace = cut.lastIndexOf(' ');
  return `${cut.slice(0, lastSpace > most / 2 ? lastSpace : most)}…`;
}

/** Closer than this, a day and a month alone say which year is meant. */
const plainDays = 300;

/** "3 May", with the year where it would be in doubt; `month: 'long'` gives "12 November". */
export function formatDate(
  date: Date,
  { now = new Date(), month = 'short' }: { now?: Date; month?: 'short' | 'long' } = {},
): string {
  const isPlain =
    date.getFullYear() === now.getFullYear() ||
    Math.abs(date.getTime() - now.getTime()) < plainDays * 86_400_000;
  return new Intl.DateTimeFormat(language, {
    day: 'numeric',
    month,
    year: isPlain ? undefined : 'numeric',
  }).format(date);
}

/** "Today", "Yesterday", or the date. */
export function formatDay(date: Date, now = new Date()): string {
  if (toDay(date) === toDay(now)) return i18n.t('day.today');
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (toDay(date) === toDay(yesterday)) return i18n.t('day.yesterday');
  return formatDate(date, { now });
}

/** "16:30". */
export function formatClock(date: Date): string {
  return new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' }).format(date);
}

/** "43 %", rounded down: 100 % is said only of what is done. */
export function formatPercent(fraction: number): string {
  return `${Math.floor(fraction * 100)}\u00a0%`;
}

/** "1.4 GB", in thousands, as phones and cameras count. */
export function formatBytes(bytes: number): string {
  const units = ['kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
  const kilobytes = bytes / 1000;
  const power = Math.min(Math.floor(Math.log10(Math.max(kilobytes, 1)) / 3), units.length - 1);
  const value = kilobytes / 1000 ** power;
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: units[power],
    maximumFractionDigits: power > 0 && value < 100 ? 1 : 0,
  }).format(value);
}
