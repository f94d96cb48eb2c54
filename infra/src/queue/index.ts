import { createPostgresBackend, type Job, Queue, UnrecoverableError, Worker } from 'bullmq';

/**
 * The queue carries work to workers and holds nothing else: each job is the id of a row that says the
 * rest, and losing the whole queue loses nothing, because a sweep puts every pending row in again.
 */

const name = 'processing';
const schema = 'second_look_queue';

export interface Work {
  stepId: string;
}

export interface WorkQueue {
  /** Puts a step in. A step that is in already stays where it is. */
  add(step: { id: string }): Promise<void>;
  close(): Promise<void>;
}

export interface WorkConsumer {
  close(): Promise<void>;
}

/** What a worker may say of a job: with `isLastTry`, a further failure will not be tried again. */
export type Handler = (
  work: Work,
  context: { isLastTry: boolean; signal: AbortSignal },
) => Promise<void>;

const tries = 5;
// A worker that died is missed after this long, and its work given to another.
const lockMs = 15_000;
const missedEveryMs = 10_000;
const connection = (url: string) => ({ connectionString: url, schema, migrate: true, max: 4 });

/** @param url address of the database as the role `queue` */
export function openQueue(url: string, onError: (error: Error) => void): WorkQueue {
  const queue = new Queue(name, { connection: connection(url) }, createPostgresBackend);
  queue.on('error', onError);
  return {
    add: async (step) => {
      await queue.add(
        'step',
        { stepId: step.id },
        {
          jobId: step.id,
          attempts: tries,
          backoff: { type: 'exponential', delay: 2_000, jitter: 0.5 },
          removeOnComplete: true,
          removeOnFail: true,
        },
      );
    },
    close: () => queue.close(),
  };
}

/** Takes jobs until it is closed; closing waits for those at work. */
export function consume(
  url: string,
  handler: Handler,
  { concurrency, onError }: { concurrency: number; onError: (error: Error) => void },
): WorkConsumer {
  const stopping = new AbortController();
  const worker = new Worker(
    name,
    (job: Job<Work>) =>
      handler(job.data, {
        isLastTry: job.attemptsMade + 1 >= tries,
        signal: stopping.signal,
      }),
    {
      connection: connection(url),
      concurrency,
      lockDuration: lockMs,
      stalledInterval: missedEveryMs,
      maxStalledCount: tries,
    },
    createPostgresBackend,
  );
  worker.on('error', onError);
  worker.on('failed', (_job, error) => {
    if (!(error instanceof UnrecoverableError)) onError(error);
  });
  return {
    close: async () => {
      stopping.abort();
      await worker.close();
    },
  };
}
