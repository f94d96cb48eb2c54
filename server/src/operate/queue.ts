import { roleUrl } from '@second-look/infra/config';
import { openDatabase } from '@second-look/infra/database';
import { processingStep } from '@second-look/migrations/schema';
import { count } from 'drizzle-orm';
import type { Command } from './command.ts';

const states = ['pending', 'running', 'done', 'failed'] as const;

export const queueCommand: Command = {
  usage: '',
  summary: 'say how much processing waits, is at work, is done and has failed',
  help: `Prints a line for each state of the processing steps: pending, running, done, failed. The database holds
the truth: what is pending is put into the queue again by the workers within 15 seconds, whatever became of
the queue.`,
  words: [0, 0],
  async run({ installation: { config }, say }) {
    const database = openDatabase(roleUrl(config.databaseUrl, config.secret, 'worker'), { max: 1 });
    try {
      const rows = await database.plain
        .select({ state: processingStep.state, steps: count() })
        .from(processingStep)
        .groupBy(processingStep.state);
      for (const state of states)
        say(`${state.padEnd(8)} ${rows.find((row) => row.state === state)?.steps ?? 0}`);
    } finally {
      await database.close();
    }
    return 0;
  },
};
