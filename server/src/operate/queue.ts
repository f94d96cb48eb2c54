import { queueUrl, roleUrl } from '@second-look/infra/config';
import { openDatabase } from '@second-look/infra/database';
import { openQueue } from '@second-look/infra/queue';
import { processingStep } from '@second-look/migrations/schema';
import { count } from 'drizzle-orm';
import type { Command } from './command.ts';

const stepStates = ['pending', 'running', 'done', 'failed'] as const;

export const queueCommand: Command = {
  usage: '',
  summary: 'say how much processing waits, is at work, is done and has failed',
  help: `Prints how many processing steps are pending, running, done and failed, and how many of them the queue
holds: waiting, active, and delayed until their next try; how long the one that will run next has waited, and
how many worker processes are connected.

The steps are the truth. What is pending and not in the queue is put in by the workers within 15 seconds,
whatever became of the queue.`,
  words: [0, 0],
  async run({ open, say }) {
    const { config } = await open();
    const database = openDatabase(roleUrl(config.databaseUrl, config.secret, 'worker'), { max: 1 });
    try {
      await database.check();
      const rows = await database.plain
        .select({ state: processingStep.state, steps: count() })
        .from(processingStep)
        .groupBy(processingStep.state);
      const stepsIn = (state: string) => rows.find((row) => row.state === state)?.steps ?? 0;
      say(`steps: ${stepStates.map((state) => `${stepsIn(state)} ${state}`).join(', ')}`);
    } finally {
      await database.close();
    }
    const queue = await openQueue(queueUrl(config), () => {});
    try {
      const { kind, waiting, active, delayed, oldestWaitingMs, workers } = await queue.state();
      const next =
        oldestWaitingMs === null ? '' : `; the next waits ${Math.round(oldestWaitingMs / 1000)} s`;
      const where = kind === 'redis' ? 'Redis' : 'PostgreSQL';
      say(`queue on ${where}: ${waiting} waiting, ${active} active, ${delayed} delayed${next}`);
      say(`workers connected: ${workers}`);
    } finally {
      await queue.close();
    }
    return 0;
  },
};
