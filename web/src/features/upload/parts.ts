import type { Recording } from '@second-look/core/contract';

/** One file of an upload: a camera may have split the lesson into several. */
export interface Part {
  /** Empty where nobody here has seen the file yet: another device began the upload. */
  filename: string;
  filetype: string;
  sizeBytes: number;
  /** What the server has confirmed. */
  sentBytes: number;
  /** The server has all of it; of an empty file, 0 bytes would not say so. */
  isSent: boolean;
  uploadUrl: string | null;
  /** Recognises the same file when it is picked again (fingerprint.ts); empty where it was never read here. */
  fingerprint: string;
  /** The file itself where the browser could keep its handle. */
  handle?: FileSystemFileHandle;
}

/** A file that may be one of an upload's. */
export interface Candidate {
  name: string;
  size: number;
  fingerprint: string;
}

type Source = Pick<NonNullable<Recording['source']>, 'files' | 'parts'>;

/** A file that has not begun. */
export function newPart(
  { name, type, size }: Pick<File, 'name' | 'type' | 'size'>,
  fingerprint: string,
  handle?: FileSystemFileHandle,
): Part {
  return {
    filename: name,
    filetype: type,
    sizeBytes: size,
    sentBytes: 0,
    isSent: false,
    uploadUrl: null,
    fingerprint,
    handle,
  };
}

/**
 * The files of an upload, each as far as the server has it, and as many as it says there are. One that the
 * server never saw begins anew.
 */
export function withReceived(parts: readonly Part[], { parts: count, files }: Source): Part[] {
  return Array.from({ length: Math.max(count, parts.length) }, (_, index) => {
    const part = parts[index] ?? newPart({ name: '', type: '', size: 0 }, '');
    const there = files.find((file) => file.part === index);
    if (!there) return { ...part, sentBytes: 0, isSent: false };
    const { filename, sizeBytes, receivedBytes } = there;
    // The name that it has on this device, where it is known, is the one to ask for.
    const known = isUnseen(part) ? { ...part, filename, sizeBytes } : part;
    // Of another size it is another file, which the server will say.
    const isSent = receivedBytes === sizeBytes && known.sizeBytes === sizeBytes;
    return { ...known, sentBytes: receivedBytes, isSent };
  });
}

/**
 * Which parts picked files are: by content where it is known, else by name and size, and what is left goes
 * in its order to those that nobody here has seen. Where as many are picked as there are, all in their
 * sizes, the names do not count, because phones change them; apart they do, because cameras cut pieces of
 * equal size.
 * @param files in the order in which they probably belong
 * @returns for each file the number of its part, or `undefined` where it is none of them
 */
export function matchParts(
  parts: readonly Part[],
  files: readonly Candidate[],
): (number | undefined)[] {
  const isSame = (part: Part, file: Candidate) =>
    part.fingerprint === ''
      ? !isUnseen(part) && part.sizeBytes === file.size
      : part.fingerprint === file.fingerprint;
  const isWhole = parts.every((part, index) => {
    const file = files[index];
    return file !== undefined && (isUnseen(part) || isSame(part, file));
  });
  if (isWhole && files.length === parts.length) return files.map((_, index) => index);

  const taken = new Set<number>();
  const take = (isIt: (part: Part) => boolean) => {
    const number = parts.findIndex((part, index) => !taken.has(index) && isIt(part));
    if (number < 0) return undefined;
    taken.add(number);
    return number;
  };
  const found = files.map((file) =>
    take((part) => isSame(part, file) && (part.fingerprint !== '' || part.filename === file.name)),
  );
  const others = found.filter((number) => number === undefined).length;
  if (others > parts.filter(isUnseen).length) return found;
  return found.map((number) => number ?? take(isUnseen));
}

/** What is shown of all files of an upload together. */
export interface PartsTogether {
  /** The file that is on its way, or that is waited for; empty where nobody here has seen it. */
  filename: string;
  /** Which one that is, counted from 0. */
  part: number;
  /** How many there are. */
  parts: number;
  /** The names of those to be picked on this device before they can be sent. */
  wanted: readonly string[];
  sizeBytes: number;
  sentBytes: number;
}

/** @param isHere whether the file of a part can be read here */
export function together(parts: readonly Part[], isHere: (part: number) => boolean): PartsTogether {
  const next = nextPart(parts, isHere) ?? parts.findIndex(({ isSent }) => !isSent);
  const part = Math.max(next, 0);
  const known = parts.filter((part) => !isUnseen(part));
  const sum = (read: (part: Part) => number) =>
    known.reduce((total, part) => total + read(part), 0);
  const knownBytes = sum(({ sizeBytes }) => sizeBytes);
  return {
    filename: parts[part]?.filename ?? '',
    part,
    parts: parts.length,
    wanted: parts.flatMap(({ isSent, filename }, index) =>
      isSent || isHere(index) ? [] : [filename],
    ),
    // One that nobody here has seen is taken to be as large as the others.
    sizeBytes: Math.round((knownBytes * parts.length) / Math.max(known.length, 1)),
    sentBytes: sum(({ sentBytes }) => sentBytes),
  };
}

/** The first that is not sent yet and can be. A missing one holds up none behind it. */
export function nextPart(
  parts: readonly Part[],
  isHere: (part: number) => boolean,
): number | undefined {
  const next = parts.findIndex(({ isSent }, index) => !isSent && isHere(index));
  return next < 0 ? undefined : next;
}

function isUnseen({ filename }: Part): boolean {
  return filename === '';
}
