import type { RecordingDetail } from '@second-look/core/contract';
import type { Transaction } from '@second-look/infra/database';
import { annotation, cut, processingStep, source } from '@second-look/migrations/schema';
import { and, eq, isNull, sql } from 'drizzle-orm';
import { ProblemError } from '../../http/problems.ts';

type Film = NonNullable<RecordingDetail['film']>;
export interface FilmChange {
  turned?: Film['turned'];
  trim?: { startMs: number; endMs: number | null };
}

/** Players round the end of a film, each in its own way. */
export const roundingMs = 1_000;
/** Less of a lesson is rather a slip of the finger. */
const shortestMs = 1_000;

/** How its owner has a film shown; `null` for others, and until it has been looked into. */
export async function findFilm(tx: Transaction, recordingId: string): Promise<Film | null> {
  const [row] = await tx
    .select({
      turned: source.turned,
      startMs: cut.startMs,
      endMs: cut.endMs,
      wholeMs: sql<number | null>`(${source.facts} ->> 'durationMs')::int`,
      hasPicture: sql<boolean>`coalesce(jsonb_typeof(${source.facts} -> 'video'), '') <> 'null'`,
    })
    .from(source)
    .innerJoin(
      processingStep,
      and(eq(processingStep.recordingId, recordingId), eq(processingStep.kind, 'prepare')),
    )
    .innerJoin(cut, eq(cut.id, processingStep.cutId))
    .where(and(eq(source.recordingId, recordingId), eq(source.part, 0)));
  if (!row || row.wholeMs === null) return null;
  const { turned, startMs, wholeMs, hasPicture } = row;
  // An end is written down also where only the start is trimmed.
  const endMs = row.endMs !== null && row.endMs < wholeMs ? row.endMs : null;
  const hiddenNotes = await countOutside(tx, recordingId, startMs, endMs ?? wholeMs + roundingMs);
  return { turned, startMs, endMs, wholeMs, hasPicture, hiddenNotes };
}

/** What the file calls the parts of a cut that the person may watch. */
export async function findChapters(tx: Transaction, cutId: string) {
  const [row] = await tx.select({ chapters: cut.chapters }).from(cut).where(eq(cut.id, cutId));
  return row?.chapters ?? [];
}

async function countOutside(
  tx: Transaction,
  recordingId: string,
  startMs: number,
  endMs: number,
): Promise<number> {
  const lastMs = sql`coalesce(${annotation.endMs}, ${annotation.startMs})`;
  const [row] = await tx
    .select({ notes: sql<number>`count(*)::int` })
    .from(annotation)
    .where(
      and(
        eq(annotation.recordingId, recordingId),
        isNull(annotation.deletedAt),
        sql`not (${annotation.startMs} >= ${startMs} and ${lastMs} <= ${endMs})`,
      ),
    );
  return row?.notes ?? 0;
}

/**
 * Has a film of the person's prepared anew as it is wanted.
 * @returns the step to be done; `undefined` where it is shown like that already
 */
export async function showFilm(
  tx: Transaction,
  recordingId: string,
  { turned, trim }: FilmChange,
): Promise<string | undefined> {
  const film = await findFilm(tx, recordingId);
  if (!film) throw new ProblemError('not_ready');
  const wanted = { ...film, ...(turned !== undefined && { turned }), ...trim };
  const { wholeMs, startMs } = wanted;
  const endMs = wanted.endMs !== null && wanted.endMs < wholeMs ? wanted.endMs : null;
  if ((endMs ?? wholeMs) - startMs < shortestMs)
    throw new ProblemError('invalid', [
      { path: 'trim', message: 'At least a second of the lesson has to stay.' },
    ]);
  const isTheSame =
    wanted.turned === film.turned && startMs === film.startMs && endMs === film.endMs;
  if (isTheSame) return undefined;
  const writtenEnd = endMs ?? (startMs > 0 ? wholeMs : null);
  const { rows } = await tx.execute<{ step: string | null }>(
    sql`select access.show_film(${recordingId}, ${wanted.turned}, ${startMs}, ${writtenEnd}) as step`,
  );
  return rows[0]?.step ?? undefined;
}

/** Has the cover made of the picture at a moment of what is shown. @returns the step to be done */
export async function choosePoster(
  tx: Transaction,
  recordingId: string,
  atMs: number,
): Promise<string> {
  const film = await findFilm(tx, recordingId);
  if (!film) throw new ProblemError('not_ready');
  if (!film.hasPicture)
    throw new ProblemError('invalid', [{ path: 'atMs', message: 'There is sound alone.' }]);
  const sourceMs = film.startMs + atMs;
  if (sourceMs > (film.endMs ?? film.wholeMs))
    throw new ProblemError('invalid', [{ path: 'atMs', message: 'The lesson is over by then.' }]);
  const { rows } = await tx.execute<{ step: string | null }>(
    sql`select access.choose_poster(${recordingId}, ${sourceMs}) as step`,
  );
  const step = rows[0]?.step;
  if (!step) throw new ProblemError('not_ready');
  return step;
}
