import type { z } from 'zod';
import { accountRoutes } from './account.ts';
import { administrationRoutes } from './administration.ts';
import { annotationRoutes } from './annotations.ts';
import { grantRoutes } from './grants.ts';
import { healthRoutes } from './health.ts';
import { organisationRoutes } from './organisations.ts';
import { peopleRoutes } from './people.ts';
import { recordingRoutes } from './recordings.ts';
import { storageRoutes } from './storage.ts';

/** Every JSON route of the API, once. The server registers these, the web's types come from these. */
export const contract = {
  ...healthRoutes,
  ...accountRoutes,
  ...peopleRoutes,
  ...organisationRoutes,
  ...recordingRoutes,
  ...annotationRoutes,
  ...grantRoutes,
  ...storageRoutes,
  ...administrationRoutes,
};
export type Contract = typeof contract;

type Part<R, K extends string> = R extends Record<K, infer S> ? S : undefined;
/** What a client sends: before defaults are filled in. */
export type Input<R, K extends 'params' | 'query' | 'body'> =
  Part<R, K> extends z.ZodType ? z.input<Part<R, K>> : undefined;
/** What a handler receives: after defaults are filled in. */
export type Output<R, K extends 'params' | 'query' | 'body'> =
  Part<R, K> extends z.ZodType ? z.output<Part<R, K>> : undefined;
/** The body of success. */
export type Success<R extends { success: { body: z.ZodType | null } }> =
  R['success']['body'] extends z.ZodType ? z.output<R['success']['body']> : undefined;

export * from './account.ts';
export * from './administration.ts';
export * from './annotations.ts';
export * from './events.ts';
export * from './failures.ts';
export * from './fields.ts';
export * from './grants.ts';
export * from './organisations.ts';
export * from './people.ts';
export * from './problem.ts';
export * from './recordings.ts';
export * from './route.ts';
export * from './storage.ts';
