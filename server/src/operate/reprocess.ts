import { type Config, queueUrl, roleUrl } from '@second-look/infra/config';
import { openDatabase } from '@second-look/infra/database';
import { openQueue, urgency } from '@second-look/infra/queue';
import { recording } from '@second-look/migrations/schema';
import { and, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { type Command, OperatorProblem, UsageProblem } from './command.ts';
import { prepareAgain } from './prepare-again.ts';
import { counted } from './words.ts';

export const reprocessCommand: Command = {
  usage: '<recording id> | --failed | --all',
  summary: 'prepare a recording again, or all that failed, or every one',
  help: `Has what was uploaded prepared again: one recording, or with --failed every one whose preparation failed,
with --all every one, after a better ffmpeg say: that takes as long as when they came, and room for both versions
for a day. A recording that can be watched stays so until the new is there. Its id stands in its page's address and in
the logs. The workers do it when nothing is waited for.`,
  options: { failed: { type: 'boolean' }, all: { type: 'boolean' } },
  words: [0, 1],
  async run({ open, words: [word], options, say }) {
    const isOne = word !== undefined;
    if ([isOne, options.failed === true, options.all === true].filter(Boolean).length !== 1)
      throw new UsageProblem(
        'Name one recording by its id, all that failed with --failed, or every one with --all.',
      );
    const id = word === undefined ? undefined : z.uuid().safeParse(word);
    if (id && !id.success) throw new UsageProblem(`"${word}" is no id of a recording.`);
    const { config } = await open();
    const database = openDatabase(roleUrl(config.databaseUrl, config.secret, 'worker'), { max: 1 });
    try {
      await database.check();
      const steps = await database.plain.transaction(async (tx) => {
        if (id) return prepareAgain(tx, [id.data]);
        const wanted = await tx
          .select({ id: recording.id })
          .from(recording)
          .where(
            and(
              isNull(recording.deletedAt),
              options.all ? undefined : eq(recording.state, 'failed'),
            ),
          );
        return prepareAgain(
          tx,
          wanted.map((row) => row.id),
        );
      });
      if (id && steps.length === 0)
        throw new OperatorProblem(
          'There is no such recording with a video, or it is in the trash: look at its id.',
        );
      const ids = new Set(steps.map(({ recordingId }) => recordingId));
      say(`To be prepared again: ${counted(ids.size, 'recording')}.`);
      if (!(await tellQueue(config, steps)))
        say('The queue does not answer. Nothing is lost: the workers find them once it does.');
      return 0;
    } finally {
      await database.close();
    }
  },
};

/** @returns whether the queue took them */
async function tellQueue(config: Config, steps: { id: string }[]): Promise<boolean> {
  try {
    const queue = await openQueue(queueUrl(config), () => {});
    try {
      for (const step of steps) await queue.add(step, { urgency: urgency.whenIdle });
    } finally {
      await queue.close();
    }
    return true;
  } catch {
    return false;
  }
}
