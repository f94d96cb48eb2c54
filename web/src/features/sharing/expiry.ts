import { toDay } from '../../app/format.ts';

/**
 * The last moment of a calendar day here, as an instant.
 * @param day as in `2026-05-03`; empty for no end
 */
export function endOfDay(day: string): string | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (!match) return null;
  const [, year, month, date] = match.map(Number);
  return new Date(year ?? 0, (month ?? 1) - 1, date, 23, 59, 59, 999).toISOString();
}

/** @returns the calendar day here on which an instant lies, or an empty text for no end */
export function dayOf(expiresAt: string | null): string {
  return expiresAt === null ? '' : toDay(new Date(expiresAt));
}
