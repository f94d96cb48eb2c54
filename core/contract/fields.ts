import { z } from 'zod';

/** Shapes that several routes share. Lengths are in UTF-16 code units, moments in integer milliseconds of source time. */
/** One spelling for each: an id becomes part of addresses and names of objects. */
export const id = z.uuid().toLowerCase();
/** Words. PostgreSQL keeps no NUL in a text. */
export const text = z
  .string()
  .refine((words) => !words.includes('\0'), { message: 'Holds a character that cannot be kept.' });
/** A day in the calendar; there was no year 0. */
export const day = z.iso
  .date()
  .refine((date) => !date.startsWith('0000'), { message: 'There was no such year.' });
export const moment = z.int().min(0).max(86_400_000);
export const instant = z.iso.datetime({ offset: true });
export const person = z.object({ id, name: z.string() });

export const pageQuery = z.object({
  cursor: id.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(24),
});

/** A page of a list, newest first; `nextCursor` is `null` on the last page. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}
