import type { z } from 'zod';

/** The methods and paths of this API, as `METHOD /path/:param`: a route's name and its address at once. */
export type RouteName = `${'GET' | 'POST' | 'PATCH' | 'DELETE'} /api/${string}`;

/** One HTTP route: what it takes and what it answers when all is well. Errors are problem documents (problem.ts). */
export interface Route {
  /** A sentence for the API's documentation. */
  summary: string;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** The status of success and the schema of its body; `null` where there is no body. */
  success: { status: 200 | 201 | 204; body: z.ZodType | null };
  /** Answers without a session. */
  isPublic?: true;
}

/** Keeps each route's exact types, so that server and web can infer theirs from the same words. */
export function routes<const R extends Record<RouteName, Route>>(definitions: R): R {
  return definitions;
}
