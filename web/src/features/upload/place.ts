import { newId } from '../../app/new-id.ts';
import type { Part } from './parts.ts';

/** What an upload needs to go on after the tab was closed. Kept in IndexedDB, per browser. */
export interface Place {
  id: string;
  /** Whose it is: on a shared device, others neither see nor continue it. */
  userId: string;
  recordingId: string | null;
  /** Makes asking for the draft recording repeatable. */
  clientId: string;
  title: string;
  lessonDate: string | null;
  /** Its files, in the order in which the lesson runs through them. */
  parts: Part[];
  isPaused: boolean;
  addedAtMs: number;
  /** The recording of whose film it is another copy. */
  copyOf?: string;
}

/** The place of an upload that has not begun. */
export function newPlace(
  userId: string,
  about: Pick<Place, 'title' | 'lessonDate' | 'parts'> &
    Partial<Pick<Place, 'recordingId' | 'copyOf'>>,
): Place {
  return {
    id: newId(),
    clientId: newId(),
    userId,
    recordingId: null,
    ...about,
    isPaused: false,
    addedAtMs: Date.now(),
  };
}

/** A place as the release before kept it: of one file, whose properties were its own. */
type StoredPlace = Place | (Omit<Place, 'parts'> & Omit<Part, 'isSent'> & { parts?: undefined });

/** A kept place as this release works on it. */
export function readStored(stored: StoredPlace): Place {
  if (stored.parts) return stored;
  const { filename, filetype, sizeBytes, sentBytes, uploadUrl, fingerprint, handle, ...place } =
    stored;
  const part = { filename, filetype, sizeBytes, sentBytes, uploadUrl, fingerprint, handle };
  return { ...place, parts: [{ ...part, isSent: false }] };
}

type StoreName = 'places' | 'files';

let opening: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  opening ??= new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open('second-look:uploads', 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('places', { keyPath: 'id' });
      // Apart from the places, so that noting progress does not write the file again.
      request.result.createObjectStore('files');
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opening;
}

async function ask<T>(
  stores: StoreName[],
  mode: IDBTransactionMode,
  work: (store: (name: StoreName) => IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const transaction = (await open()).transaction(stores, mode);
  return new Promise((resolve, reject) => {
    const request = work((name) => transaction.objectStore(name));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

/** The places of a user, oldest first; none where the browser keeps nothing (a private window). */
export async function readPlaces(userId: string): Promise<Place[]> {
  const places = await ask<StoredPlace[]>(['places'], 'readonly', (store) =>
    store('places').getAll(),
  ).catch(() => []);
  return places
    .map(readStored)
    .filter((place) => place.userId === userId)
    .sort((one, other) => one.addedAtMs - other.addedAtMs);
}

export async function readPlace(id: string): Promise<Place | undefined> {
  const stored = await ask<StoredPlace | undefined>(['places'], 'readonly', (store) =>
    store('places').get(id),
  ).catch(() => undefined);
  return stored && readStored(stored);
}

/** @returns whether the browser has kept it */
export async function savePlace(place: Place): Promise<boolean> {
  try {
    await ask(['places'], 'readwrite', (store) => store('places').put(place));
    return true;
  } catch {
    return false;
  }
}

export async function forgetPlace(id: string): Promise<void> {
  await ask(['places', 'files'], 'readwrite', (store) => {
    store('files').delete(IDBKeyRange.bound(fileKey(id, 0), fileKey(id, mostParts)));
    return store('places').delete(id);
  }).catch(() => {
    // Nothing was kept, so nothing is left.
  });
}

/** How many files one lesson may come in: as the contract says, whose values would bring zod along. */
export const mostParts = 50;

/** Up to here a copy inside the browser is worth its space. Larger files are picked again. */
const largestCopyBytes = 1_000_000_000;

/** The first file is kept under the upload's own id, where the release before kept the only one. */
function fileKey(id: string, part: number): string {
  return part === 0 ? id : `${id}/${String(part).padStart(2, '0')}`;
}

/** Keeps a copy of a file where there is ample room, so that going on needs no picking. */
export async function keepFile(id: string, part: number, file: File): Promise<void> {
  if (file.size > largestCopyBytes) return;
  try {
    const { quota = 0, usage = 0 } = await navigator.storage.estimate();
    if (file.size > (quota - usage) / 4) return;
    await ask(['files'], 'readwrite', (store) => store('files').put(file, fileKey(id, part)));
  } catch {
    // Without a copy the file is asked for again; that is said on the screen then.
  }
}

/** The kept copy of a file, or the one behind its handle if the browser lets it be read without asking. */
export async function findFile(
  { id, parts }: Place,
  part: number,
): Promise<File | 'needs-leave' | undefined> {
  const copy = await ask<File | undefined>(['files'], 'readonly', (store) =>
    store('files').get(fileKey(id, part)),
  ).catch(() => undefined);
  if (copy) return copy;
  const handle = parts[part]?.handle;
  if (!handle) return undefined;
  const leave = await handle.queryPermission?.({ mode: 'read' });
  if (leave === 'prompt') return 'needs-leave';
  return leave === 'denied' ? undefined : readHandle(handle);
}

/** Asks for leave to read the file behind a handle; only from a click. */
export async function askForFile(handle: FileSystemFileHandle): Promise<File | undefined> {
  // The click counts for a few seconds only: of several files, the last may have to be asked for again.
  const leave = await handle.requestPermission?.({ mode: 'read' }).catch(() => 'prompt');
  return leave === 'granted' ? readHandle(handle) : undefined;
}

async function readHandle(handle: FileSystemFileHandle): Promise<File | undefined> {
  // It may have been moved or deleted since.
  return handle.getFile().catch(() => undefined);
}

declare global {
  /** Chromium's, not in TypeScript's DOM library. */
  interface FileSystemHandle {
    queryPermission?(descriptor: { mode: 'read' }): Promise<PermissionState>;
    requestPermission?(descriptor: { mode: 'read' }): Promise<PermissionState>;
  }
}
