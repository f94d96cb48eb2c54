import { roleUrl } from '@second-look/infra/config';
import { openDatabase } from '@second-look/infra/database';
import { processingStep } from '@second-look/migrations/schema';
import { and, asc, desc, eq, gt, inArray, or, sql } from 'drizzle-orm';
import { z } from 'zod';
import { type Command, OperatorProblem, UsageProblem } from './command.ts';

const most = 50;

export const stepsCommand: Command = {
  usage: '[<recording id>]',
  summary: 'say which processing failed or is tried again, and why',
  help: `Without an id, the latest ${most} processing steps that failed, or that are at their second attempt or a later
one: the recording, the kind of step, its attempts, and the reason as its owner reads it by a code.

With the id of a recording, all its steps and, under each that failed, the end of what ffmpeg wrote. That may
quote what is in the file, such as a name that somebody gave it: pass it on with care. No title is shown.`,
  words: [0, 1],
  async run({ open, words: [word], say }) {
    const id = word === undefined ? undefined : z.uuid().safeParse(word);
    if (id && !id.success) throw new UsageProblem(`"${word}" is no id of a recording.`);
    const { config } = await open();
    const database = openDatabase(roleUrl(config.databaseUrl, config.secret, 'worker'), { max: 1 });
    try {
      await database.check();
      const { state, attempt, reopenedAfter, recordingId, updatedAt } = processingStep;
      const isInTrouble = or(
        eq(state, 'failed'),
        and(inArray(state, ['pending', 'running']), gt(attempt, sql`${reopenedAfter} + 1`)),
      );
      const rows = await database.plain
        .select()
        .from(processingStep)
        .where(id ? eq(recordingId, id.data) : isInTrouble)
        .orderBy(...(id ? [asc(processingStep.kind), asc(processingStep.part)] : [desc(updatedAt)]))
        .limit(id ? 1_000 : most);
      if (id && rows.length === 0)
        throw new OperatorProblem('There is no such recording with a video: look at its id.');
      if (rows.length === 0) say('Nothing failed, and nothing is tried again.');
      for (const row of rows) {
        say(inWords(row, id === undefined));
        if (id && row.errorLog) for (const line of row.errorLog.split('\n')) say(`    ${line}`);
      }
      return 0;
    } finally {
      await database.close();
    }
  },
};

function inWords(
  { recordingId, kind, part, state, attempt, errorCode, updatedAt }: Step,
  isNamed: boolean,
): string {
  const isOneOfMany = kind === 'chunk' || kind === 'piece';
  return [
    ...(isNamed ? [recordingId] : []),
    isOneOfMany ? `${kind} ${part}` : kind,
    `${state} at attempt ${attempt}`,
    ...(errorCode ? [errorCode] : []),
    updatedAt.toISOString(),
  ].join(', ');
}

type Step = typeof processingStep.$inferSelect;
