import { setTimeout as pause } from 'node:timers/promises';
import { consume } from '@second-look/infra/queue';

/** A worker process that says what it begins and what it has done, and holds each step for HOLD_MS. */
const { QUEUE_URL = '', HOLD_MS } = process.env;
const say = (words: string) => process.stdout.write(`${words}\n`);

const consumer = await consume(
  QUEUE_URL,
  async ({ stepId }) => {
    say(`begun ${stepId}`);
    await pause(Number(HOLD_MS));
    say(`done ${stepId}`);
  },
  { concurrency: 1, onError: (error) => say(`trouble ${error.message}`) },
);
process.on('SIGTERM', async () => {
  await consumer.close();
  process.exit(0);
});
