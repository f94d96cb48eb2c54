/** What a file's name and date tell; `lastModified` in ms since 1970, 0 where the device does not say. */
export type NamedFile = Pick<File, 'name' | 'lastModified'>;

type Dated = Pick<NamedFile, 'lastModified'>;

/** A name read as one of several: the same `stem` for all of them, and where this one stands. */
interface Numbered {
  stem: string;
  number: number;
  /** Nothing but the pieces of one film is called so; their dates need not be looked at. */
  isCertain: boolean;
}

/** GoPro puts the chapter before the number of the film: GH010123, GH020123. The first used to be GOPR0123. */
const goProName = /^(?:G[HXLPS](?<chapter>\d{2})|GOPR)(?<film>\d{4})$/i;
/** "fractions part 1", "Recording_part2", "fractions (2 of 3)"; "rhan" is Welsh. */
const partName =
  /^(?<stem>.*?)[\s_.,-]*\(?(?:(?:part|pt|rhan)[\s_.-]*(?<part>\d{1,2})|(?<of>\d{1,2})[\s_]*of[\s_]*\d{1,2})\)?$/i;
/** A camera's counter behind a few letters: 00001, MVI_0012, DJI_0001, M2U00012; DJI adds the moment. */
const counterName =
  /^(?<stem>(?:[a-z][a-z0-9]{0,4}?)?[-_]?)(?:\d{14}_)?(?<count>\d{3,})(?<end>_[A-Z])?$/i;
/** A phone's moment with a counter behind it: 20261112_101112_001. */
const momentName = /^(?<stem>.*\d{6})[\s_-]\(?(?<count>\d{1,3})\)?$/;

/** Pieces of one lesson are finished within this time of one another; other lessons are not. */
const nextPieceMs = 60 * 60_000;

const collator = new Intl.Collator('en-GB', { numeric: true, sensitivity: 'base' });

/**
 * Whether files look like one film that a camera, or a person, cut into pieces. A person's own numbers
 * ("lesson 1", "lesson 2") do not: those are lessons. Only a first guess, to be confirmed.
 */
export function isSplit(files: readonly NamedFile[]): boolean {
  if (files.length < 2) return false;
  const pieces = files
    .map((file) => ({ ...read(file.name), lastModified: file.lastModified }))
    .sort((one, other) => one.number - other.number);
  return pieces.every((piece, index) => {
    const before = pieces[index - 1];
    if (!before) return !Number.isNaN(piece.number);
    const isNext = piece.stem === before.stem && piece.number === before.number + 1;
    return isNext && (piece.isCertain || isSoonAfter(before, piece));
  });
}

/** Sorts files as they probably follow one another: by name, the numbers in it as numbers, then by date. */
export function compareFiles(one: NamedFile, other: NamedFile): number {
  return (
    collator.compare(sortName(one.name), sortName(other.name)) ||
    one.lastModified - other.lastModified
  );
}

/** What the whole is called by the name of a piece: "fractions part 1.mp4" is "fractions.mp4". */
export function nameOfWhole(filename: string): string {
  const { base, ending } = splitEnding(filename);
  const stem = partName.exec(base)?.groups?.stem;
  return stem ? `${stem}${ending}` : filename;
}

function read(filename: string): Numbered {
  const { base, ending } = splitEnding(filename);
  const numbered = (stem: string, number: number, isCertain = false) => ({
    stem: `${stem}${ending}`.toLowerCase(),
    number,
    isCertain,
  });
  const goPro = goProName.exec(base)?.groups;
  if (goPro) return numbered(`gopro ${goPro.film}`, Number(goPro.chapter ?? 0), true);
  const part = partName.exec(base)?.groups;
  if (part) return numbered(`${part.stem} part`, Number(part.part ?? part.of), true);
  const counter = counterName.exec(base)?.groups ?? momentName.exec(base)?.groups;
  if (counter) return numbered(`${counter.stem}#${counter.end ?? ''}`, Number(counter.count));
  return numbered(base, Number.NaN);
}

function isSoonAfter(one: Dated, other: Dated): boolean {
  if (!one.lastModified || !other.lastModified) return true;
  return Math.abs(other.lastModified - one.lastModified) <= nextPieceMs;
}

/** GoPro's chapters follow one another within their film. */
function sortName(filename: string): string {
  const { base, ending } = splitEnding(filename);
  const goPro = goProName.exec(base)?.groups;
  return goPro ? `G${goPro.film} ${goPro.chapter ?? '00'}${ending}` : filename;
}

function splitEnding(filename: string): { base: string; ending: string } {
  const [ending = ''] = /\.[a-z0-9]{2,5}$/i.exec(filename) ?? [];
  return { base: filename.slice(0, filename.length - ending.length), ending };
}
