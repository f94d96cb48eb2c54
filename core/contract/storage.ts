import { z } from 'zod';
import { routes } from './route.ts';

const bytes = z.int().min(0);

/** Room that recordings take: the files as they were uploaded, and what was made of them; the trash too. */
export const ownStorage = z.object({
  usedBytes: bytes,
  /** What each person may use; `null` where nothing is set. */
  quotaBytes: bytes.nullable(),
  /** 80 % of it are used. */
  isNearlyFull: z.boolean(),
});
export type OwnStorage = z.infer<typeof ownStorage>;

export const storageRoutes = routes({
  'GET /api/me/storage': {
    summary: 'How much room the signed-in person’s recordings take, and how much they may.',
    success: { status: 200, body: ownStorage },
  },
});
