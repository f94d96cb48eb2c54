import type { Annotation, RecordingDetail } from '@second-look/core/contract';
import { queryClient } from '../../app/query-client.ts';
import { recordingQuery, waveformQuery } from '../recordings/queries.ts';
import { annotationsQuery } from '../review/queries.ts';
import { offsetOf } from './offset.ts';

/** How two copies of a film lie to each other. */
export interface Compared {
  /** How much later the same moment comes in what is shown of the copy, by the sound of both; `null` where that does not tell. */
  laterMs: number | null;
  /** How much later what is shown of the copy begins in its file than what is shown of the first does in its. */
  originsMs: number;
  /** The first is trimmed, and the copy shows more. */
  isTrimmed: boolean;
  notes: Pick<Annotation, 'startMs' | 'endMs'>[];
}

/** Compares a film with a copy of it; both are the person's own. */
export async function compare(firstId: string, copyId: string): Promise<Compared> {
  const [first, copy] = await Promise.all([detailOf(firstId), detailOf(copyId)]);
  const { items } = await queryClient.fetchQuery(annotationsQuery(firstId));
  const [startMs, copyStartMs] = [first.film?.startMs ?? 0, copy.film?.startMs ?? 0];
  const isTrimmed = isCut(first) && (copy.durationMs ?? 0) > (first.durationMs ?? 0);
  return {
    laterMs: await listen(first, copy),
    originsMs: copyStartMs - startMs,
    isTrimmed,
    notes: items,
  };
}

const detailOf = (id: string) => queryClient.fetchQuery(recordingQuery(id));

const isCut = ({ film }: RecordingDetail) =>
  film !== null && (film.startMs > 0 || film.endMs !== null);

async function listen(first: RecordingDetail, copy: RecordingDetail): Promise<number | null> {
  const peaksPerSecond = first.waveform?.peaksPerSecond;
  if (!peaksPerSecond || copy.waveform?.peaksPerSecond !== peaksPerSecond) return null;
  const [one, other] = await Promise.all([heard(first), heard(copy)]);
  const shift = offsetOf(one, other);
  return shift === null ? null : Math.round((shift * 1000) / peaksPerSecond);
}

const heard = (recording: RecordingDetail) => queryClient.fetchQuery(waveformQuery(recording));
