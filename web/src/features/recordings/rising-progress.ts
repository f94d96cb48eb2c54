import type { Recording } from '@second-look/core/contract';

type Progressing = Pick<Recording, 'id' | 'state' | 'progress'>;

const furthest = new Map<string, number>();

/**
 * The recording with the furthest progress that this page has seen of its preparation, so that no number
 * falls while it is looked at: a preparation that a worker had to take up again begins anew behind it.
 * An upload's progress is left as it is: it says what the server has.
 */
export function withRisingProgress<R extends Progressing>(recording: R): R {
  const { id, state } = recording;
  if (state !== 'processing') {
    furthest.delete(id);
    return recording;
  }
  const progress = Math.max(recording.progress ?? 0, furthest.get(id) ?? 0);
  furthest.set(id, progress);
  return { ...recording, progress };
}
