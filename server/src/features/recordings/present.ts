import { createHash } from 'node:crypto';
import {
  type FailureCode,
  failures,
  finalFailures,
  type Recording,
} from '@second-look/core/contract';
import type { Transaction } from '@second-look/infra/database';
import { audiences, heldGrants, listFiles, type RecordingRow, widestCuts } from './queries.ts';

/** Rows as the contract shows them to the person who asks. */
export async function presentRecordings(
  tx: Transaction,
  userId: string,
  rows: RecordingRow[],
): Promise<Recording[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.recording.id);
  const mine = ids.filter((_, place) => rows[place]?.recording.ownerId === userId);
  const others = ids.filter((_, place) => rows[place]?.recording.ownerId !== userId);
  const cuts = await widestCuts(tx, ids);
  const filesOf: FilesOf = mine.length > 0 ? await listFiles(tx, mine) : new Map();
  const audienceOf = mine.length > 0 ? await audiences(tx, mine) : new Map();
  const heldOf = others.length > 0 ? await heldGrants(tx, others) : new Map();
  return rows.map((row) => {
    const { ownerId, clientId, updatedAt, failureCode, parts, copyOf, ...filmed } = row.recording;
    const { shownFromMs, shownToMs, ...shown } = filmed;
    const files = filesOf.get(shown.id) ?? [];
    const isMine = ownerId === userId;
    const cut = cuts.get(shown.id);
    const addressOf = (file: string) =>
      `/api/recordings/${shown.id}/cuts/${cut?.id}/${file}?v=${cut?.publishedAttempt}`;
    return {
      ...shown,
      owner: { id: ownerId, name: row.ownerName ?? '' },
      isMine,
      durationMs: isMine ? shown.durationMs : lengthOf(cut, shown.durationMs),
      progress: shown.state === 'uploading' ? uploaded(files, parts) : shown.progress,
      failure: isMine && failureCode ? failure(failureCode) : null,
      source: presentSource(files, row.recording),
      cutId: cut?.id ?? null,
      mediaVersion: cut?.publishedAttempt ?? null,
      hasPicture: cut?.hasPicture ?? true,
      posterUrl: cut?.posterKey ? `${addressOf('poster.jpg')}&of=${nameOf(cut.posterKey)}` : null,
      storyboardUrl: cut?.storyboardKey ? addressOf('storyboard.vtt') : null,
      waveform:
        cut?.waveformKey && cut.peaksPerSecond
          ? { url: addressOf('waveform'), peaksPerSecond: cut.peaksPerSecond }
          : null,
      audience: isMine
        ? (audienceOf.get(shown.id) ?? []).map((entry: AudienceRow) => ({
            type: entry.type,
            name: entry.name,
            canComment: entry.rights.includes('comment'),
            expiresAt: entry.expiresAt?.toISOString() ?? null,
          }))
        : null,
      access: isMine ? null : presentAccess(heldOf.get(shown.id) ?? []),
      createdAt: shown.createdAt.toISOString(),
      deletedAt: shown.deletedAt?.toISOString() ?? null,
    };
  });
}

/** A name for a cover that tells nothing of where it lies: browsers keep a picture by its address. */
function nameOf(posterKey: string): string {
  return createHash('sha256').update(posterKey).digest('base64url').slice(0, 8);
}

type FilesOf = Awaited<ReturnType<typeof listFiles>>;
type Files = NonNullable<ReturnType<FilesOf['get']>>;

type AudienceRow =
  Awaited<ReturnType<typeof audiences>> extends Map<string, (infer R)[]> ? R : never;

type WidestCut = Awaited<ReturnType<typeof widestCuts>> extends Map<string, infer R> ? R : never;

/** How long a cut plays; nobody is told how long what they do not hold is. */
function lengthOf(cut: WidestCut | undefined, wholeMs: number | null): number | null {
  if (!cut) return null;
  const endMs = cut.endMs ?? wholeMs;
  return endMs === null ? null : endMs - cut.startMs;
}

type HeldGrant =
  Awaited<ReturnType<typeof heldGrants>> extends Map<string, (infer R)[]> ? R : never;

/** The widest of several grants counts: to comment before only to watch, and then the longest. */
function presentAccess(held: HeldGrant[]): Recording['access'] {
  const commenting = held.filter(({ rights }) => rights.includes('comment'));
  const counting = commenting.length > 0 ? commenting : held;
  const ends = counting.map(({ expiresAt }) => expiresAt?.getTime() ?? Number.POSITIVE_INFINITY);
  const last = Math.max(...ends);
  return {
    canComment: commenting.length > 0,
    expiresAt: Number.isFinite(last) ? new Date(last).toISOString() : null,
  };
}

/** How large a part is that has not begun, nobody knows: each counts the same. */
function uploaded(files: Files, parts: number): number {
  const received = files.map((file) =>
    file.sizeBytes > 0 ? file.receivedBytes / file.sizeBytes : 0,
  );
  return sum(received) / parts;
}

function presentSource(
  files: Files,
  { parts, failureCode }: RecordingRow['recording'],
): Recording['source'] {
  const [first] = files;
  if (!first) return null;
  return {
    filename: first.filename,
    sizeBytes: sum(files.map(({ sizeBytes }) => sizeBytes)),
    receivedBytes: sum(files.map(({ receivedBytes }) => receivedBytes)),
    isSafe:
      files.length === parts &&
      files.every(({ isChecked }) => isChecked) &&
      first.isOpened &&
      failureCode !== 'source_missing',
    parts,
    files: files.map(({ part, filename, sizeBytes, receivedBytes }) => ({
      ...{ part, filename, sizeBytes, receivedBytes },
    })),
  };
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function failure(code: string): NonNullable<Recording['failure']> {
  const known: FailureCode = code in failures ? (code as FailureCode) : 'encode_failed';
  return { code: known, detail: failures[known], isFinal: finalFailures.has(known) };
}
