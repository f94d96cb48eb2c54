import { z } from 'zod';
import { id, person, text } from './fields.ts';
import { routes } from './route.ts';

export const membershipRoles = ['member', 'lead', 'admin'] as const;

export const me = z.object({
  id,
  name: z.string(),
  email: z.email(),
  /** Of a trust, or of a school that belongs to none: they may read `/api/administration`. */
  isAdministrator: z.boolean(),
  organisations: z.array(
    z.object({
      id,
      name: z.string(),
      kind: z.enum(['trust', 'school']),
      role: z.enum(membershipRoles),
    }),
  ),
});
export type Me = z.infer<typeof me>;

export const colleague = person.extend({ organisation: z.string().nullable() });
export type Colleague = z.infer<typeof colleague>;

export const peopleRoutes = routes({
  'GET /api/me': {
    summary: 'The signed-in user and their organisations.',
    success: { status: 200, body: me },
  },
  'GET /api/people': {
    summary:
      'Colleagues in the same trust whose name contains `q`, by name; never oneself. At most 20.',
    query: z.object({ q: text.trim().max(100).default('') }),
    success: { status: 200, body: z.object({ items: z.array(colleague) }) },
  },
});
