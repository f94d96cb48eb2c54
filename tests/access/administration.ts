import { type Id, isAdministrator } from '@second-look/core/access';
import type { DrawnWorld } from '../world/random.ts';
import type { Question } from './questions.ts';

/** A step that waits in the queue of the server under test. */
export const waitingStep: Id = '0192f0c0-5e11-7000-8000-000000000001';

const board = '/api/administration/queue';

/** The routes of the queue's board, for administrators alone. */
export const queueBoard = Object.fromEntries(
  [
    ...['', '/', '/metrics-history', '/job-schedulers'],
    ...['/queue/:queueName', '/queue/:queueName/:jobId'],
    ...['/api/redis/stats', '/api/queues', '/api/job-schedulers'],
    ...['metrics', 'default-job-options', 'workers', 'rate-limit', 'job-data-schema'].map(
      (what) => `/api/queues/:queueName/${what}`,
    ),
    ...['', '/logs', '/flow'].map((what) => `/api/queues/:queueName/:jobId${what}`),
    '/static/*',
  ].map((path) => {
    const url = path
      .replace(':queueName', 'processing')
      .replace(':jobId', waitingStep)
      .replace('*', 'favicon-32x32.png');
    return [`GET ${board}${path}`, (world: DrawnWorld) => forAdministrators(world, board + url)];
  }),
);

/** Something that is there for administrators, and for everybody else like nothing. */
function forAdministrators(world: DrawnWorld, url: string): Question[] {
  const absent = { method: 'GET', url: '/api/administration/nowhere' };
  return [{ method: 'GET', url, absent, isAllowed: (viewer) => isAdministrator(world, viewer) }];
}
