import { join } from 'node:path';
import { ObjectMissing } from '@second-look/infra/object-store';
import type { Handler } from '@second-look/infra/queue';
import { MediaFailure } from '../media/index.ts';
import { attempts, steps } from '../metrics.ts';
import { besideStep } from './beside.ts';
import { makeChunk } from './chunk.ts';
import { isOutage } from './outage.ts';
import { makePiece } from './piece.ts';
import { makePoster } from './poster.ts';
import { prepare } from './prepare.ts';
import { progressTeller } from './progress.ts';
import { makeSound } from './sound.ts';
import { type ClaimedStep, claimStep, failStep, returnStep, saveProgress } from './step-queries.ts';
import { insideFolder } from './work-folder.ts';
import type { Maker, Workshop } from './workshop.ts';

// A step that was begun this often and never ended was interrupted each time, by something in it perhaps.
const mostAttempts = 10;

const makers: Record<ClaimedStep['kind'], Maker> = {
  prepare,
  piece: makePiece,
  chunk: makeChunk,
  sound: makeSound,
  beside: besideStep,
  poster: makePoster,
};

/** Does whatever step it is given: as a new attempt, in a folder of its own, and says how it ended. */
export function stepJob(workshop: Workshop): Handler {
  const { database, log, workDir } = workshop;
  return async ({ stepId }, { isLastTry, signal, tellProgress }) => {
    const step = await claimStep(database.plain, stepId);
    if (!step || step.deletedAt) return;
    const { kind } = step;
    attempts.inc({ kind });
    const end = steps.startTimer({ kind });
    if (step.attempt - step.reopenedAfter > mostAttempts) {
      end({ outcome: 'failed' });
      return failStep(database.plain, step, 'interrupted', `attempt ${step.attempt}`);
    }
    const progress = progressTeller(async (done) => {
      tellProgress(done);
      await saveProgress(database.plain, step, done);
    });
    const folder = join(workDir, `${step.id}-${step.attempt}`);
    try {
      let isPublished = false;
      await insideFolder(folder, async () => {
        progress.tell(0);
        const context = { signal, tellProgress: progress.tell };
        isPublished = await makers[kind](workshop, step, folder, context);
      });
      end({ outcome: isPublished ? 'done' : 'overtaken' });
    } catch (error) {
      if (signal.aborted) {
        end({ outcome: 'given_back' });
        await returnStep(database.plain, step);
        throw error;
      }
      log.warn({ err: error, step: step.id, kind, attempt: step.attempt }, 'preparing failed');
      const failure = failureOf(error, isLastTry);
      end({ outcome: failure ? 'failed' : 'broken_off' });
      if (failure) return failStep(database.plain, step, failure.code, failure.detail);
      // Where it is the database that is away, this attempt counts; the next cannot even begin.
      if (isOutage(error)) await returnStep(database.plain, step, 'uncounted').catch(() => {});
      // The queue waits longer each time, and the sweep goes on where it gives up.
      throw error;
    } finally {
      await progress.end();
    }
  };
}

/** What the owner is told, where the recording itself is at fault and nothing is gained by trying again. */
function failureOf(error: unknown, isLastTry: boolean) {
  if (error instanceof MediaFailure && !(error.isWorthRetrying && !isLastTry))
    return { code: error.code, detail: error.operatorDetail };
  if (error instanceof ObjectMissing && isLastTry)
    return { code: 'source_missing', detail: String(error) };
  return undefined;
}
