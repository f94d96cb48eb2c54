import { z } from 'zod';

/** Shapes that several routes share. Lengths are in UTF-16 code units, moments in integer milliseconds of source time. */
export const id = z.uuid();
export const moment = z.int().min(0).max(86_400_000);
export const instant = z.iso.datetime({ offset: true });
export const person = z.object({ id, name: z.string() });

export const pageQuery = z.object({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(24),
});

/** A page of a list, newest first; `nextCursor` is `null` on the last page. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}
