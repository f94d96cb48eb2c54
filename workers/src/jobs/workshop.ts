import type { Database } from '@second-look/infra/database';
import type { Logger } from '@second-look/infra/log';
import type { ObjectStore } from '@second-look/infra/object-store';
import type { WorkContext, WorkQueue } from '@second-look/infra/queue';
import type { MediaTools } from '../media/index.ts';
import type { ClaimedStep } from './step-queries.ts';

export interface Workshop {
  database: Database;
  store: ObjectStore;
  tools: MediaTools;
  /** A folder for what is being made; each job has one of its own inside, gone when it ends. */
  workDir: string;
  log: Logger;
  /** Where further steps are put; without one, or where it does not answer, the sweep does it. */
  queue?: Pick<WorkQueue, 'add'>;
}

/**
 * Does one kind of step.
 * @returns whether this attempt was published, or a later one was quicker
 * @throws MediaFailure where the recording is at fault; the signal's reason when aborted; others for what
 * may go better another time
 */
export type Maker = (
  workshop: Workshop,
  step: ClaimedStep,
  /** An empty one of its own. */
  folder: string,
  context: Pick<WorkContext, 'signal'> & { tellProgress: (done: number) => void },
) => Promise<boolean>;

type Place = Pick<ClaimedStep, 'recordingId' | 'cutId'>;

/** Where the objects of a cut lie, each version in a folder of its own. */
export function cutPrefixOf({ recordingId, cutId }: Place): string {
  return `recordings/${recordingId}/cuts/${cutId}`;
}

/** Where the covers lie that owners chose, whatever version is shown. */
export function postersOf(place: Place): string {
  return `${cutPrefixOf(place)}/posters/`;
}

/** Where the objects of a version of a cut lie. */
export function prefixOf(place: Place, version: number): string {
  return `${cutPrefixOf(place)}/${version}`;
}
