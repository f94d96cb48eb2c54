import { type Job, Queue, Worker } from 'bullmq';
import { type Backend, backendOf, type Lane, lanes, names } from './backend.ts';
import { letGo, seldom } from './outage.ts';
import type { QueueEngine } from './redis.ts';

export type { Lane } from './backend.ts';
export { type QueueEngine, QueueProblem } from './redis.ts';

/**
 * The queue carries work to workers and holds nothing else: each job is the id of a row that says the
 * rest, and losing the whole queue loses nothing, because a sweep puts every pending row in again.
 */

export interface Work {
  stepId: string;
}

/** How soon a step is wanted: of those that wait the lowest runs first, and of equals the one put in first. */
export const urgency = {
  /** Somebody waits to watch it. */
  awaited: 0,
  /** It can be watched as it is; nobody waits for it to be made again. */
  whenIdle: 10,
} as const;

export interface QueueState {
  kind: Backend['kind'];
  /** Steps that could run now and wait for a worker. */
  waiting: number;
  active: number;
  /** Steps that failed and wait for their next try. Those that failed for good are not here: their rows say so. */
  delayed: number;
  /** How long ago the step that will run next was put in, in milliseconds; `null` where none waits. */
  oldestWaitingMs: number | null;
  /** Worker processes that are connected. */
  workers: number;
}

export interface WorkQueue {
  /**
   * Puts a step in. A step that is in already stays where it is.
   * @param options.lane `express` without one
   * @param options.urgency a whole number from 0 to 2,000,000; without one somebody waits for it
   */
  add(step: { id: string }, options?: { lane?: Lane; urgency?: number }): Promise<void>;
  /** Of both lanes together. */
  state(): Promise<QueueState>;
  /** The program at the address of Redis, as it calls itself now; `null` where the queue is in the database. */
  engine(): Promise<QueueEngine | null>;
  /** BullMQ's own queues underneath, for libraries that want them. */
  bull: Queue[];
  close(): Promise<void>;
}

export interface WorkConsumer {
  close(): Promise<void>;
}

export interface WorkContext {
  /** A further failure will not be tried again. */
  isLastTry: boolean;
  /** Aborted when the worker is asked to stop. */
  signal: AbortSignal;
  /** Tells operators how far the work is, as a fraction. What does not arrive is not told again. */
  tellProgress(done: number): void;
}

export type Handler = (work: Work, context: WorkContext) => Promise<void>;

const tries = 5;
// A worker that died is missed after this long, and its work given to another.
const lockMs = 15_000;
const missedEveryMs = 10_000;

const jobOptions = {
  attempts: tries,
  backoff: { type: 'exponential', delay: 2_000, jitter: 0.5 },
  // A job that has ended must not keep its step from being put in again.
  removeOnComplete: true,
  removeOnFail: true,
  // Nor is anything of an error kept: the queue is shown to administrators.
  stackTraceLimit: 0,
};

/**
 * Opens the queue once it can be used.
 * @param url address of Redis, or else of the database as the role `queue`
 * @param onNotice hears, in sentences for the operator, what works but could be better
 * @throws QueueProblem where that Redis cannot be used as it is
 */
export async function openQueue(
  url: string,
  onError: (error: Error) => void,
  onNotice: (notice: string) => void = () => {},
): Promise<WorkQueue> {
  const { kind, options, factory, check, engine, mend } = backendOf(url, {
    isPatient: false,
    onError,
  });
  for (const notice of await check()) onNotice(notice);
  const open = (lane: Lane) => {
    const queue = new Queue<Work>(names[lane], options, factory);
    queue.on('error', seldom(onError));
    queue.on('error', mend);
    return queue;
  };
  const queues = { express: open('express'), steady: open('steady') };
  const all = lanes.map((lane) => queues[lane]);
  // One after the other: the first makes the tables.
  for (const queue of all) await queue.waitUntilReady();
  return {
    bull: all,
    add: async ({ id }, { lane = 'express', urgency: priority = urgency.awaited } = {}) => {
      try {
        await queues[lane].add('step', { stepId: id }, { ...jobOptions, jobId: id, priority });
      } catch (error) {
        mend(error);
        throw error;
      }
    },
    state: async () => {
      const states = await Promise.all(all.map(stateOf));
      const sum = (of: (state: LaneState) => number) =>
        states.reduce((total, state) => total + of(state), 0);
      const waits = states.flatMap(({ oldestWaitingMs }) => oldestWaitingMs ?? []);
      return {
        kind,
        waiting: sum((state) => state.waiting),
        active: sum((state) => state.active),
        delayed: sum((state) => state.delayed),
        oldestWaitingMs: waits.length > 0 ? Math.max(...waits) : null,
        // Each process takes from both.
        workers: Math.max(...states.map((state) => state.workers)),
      };
    },
    engine: () => engine(queues.express),
    close: async () => {
      await Promise.all(all.map(letGo));
    },
  };
}

type LaneState = Omit<QueueState, 'kind'>;

async function stateOf(queue: Queue): Promise<LaneState> {
  const [counts, workers, ...first] = await Promise.all([
    queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed'),
    queue.getWorkersCount(),
    queue.getJobs('waiting', 0, 0, true),
    queue.getJobs('prioritized', 0, 0, true),
  ]);
  const { waiting = 0, prioritized = 0, active = 0, delayed = 0 } = counts;
  const [next] = first.flat();
  const oldestWaitingMs = next ? Math.max(0, Date.now() - next.timestamp) : null;
  return { waiting: waiting + prioritized, active, delayed, oldestWaitingMs, workers };
}

/** Takes jobs of a lane until it is closed; closing waits for those at work. */
export async function consume(
  url: string,
  handler: Handler,
  {
    lane = 'express',
    concurrency,
    onError,
  }: { lane?: Lane; concurrency: number; onError: (error: Error) => void },
): Promise<WorkConsumer> {
  const stopping = new AbortController();
  const atWork = new Set<Promise<void>>();
  const { options, factory, mend } = backendOf(url, { isPatient: true, onError });
  const worker = new Worker(
    names[lane],
    async (job: Job<Work>) => {
      const work = handler(job.data, {
        isLastTry: job.attemptsMade + 1 >= tries,
        signal: stopping.signal,
        tellProgress: (done) => void job.updateProgress(done).catch(onError),
      });
      atWork.add(work);
      try {
        await work;
      } catch (error) {
        onError(error instanceof Error ? error : new Error(String(error)));
        throw new Error('It failed; the log of the workers says why.');
      } finally {
        atWork.delete(work);
      }
    },
    {
      ...options,
      concurrency,
      lockDuration: lockMs,
      stalledInterval: missedEveryMs,
      maxStalledCount: tries,
    },
    factory,
  );
  worker.on('error', seldom(onError));
  worker.on('error', mend);
  await worker.waitUntilReady();
  return {
    close: async () => {
      stopping.abort();
      await worker.pause(true);
      while (atWork.size > 0) await Promise.allSettled(atWork);
      await letGo(worker);
    },
  };
}
