import { newId } from '../../app/new-id.ts';
import { guessTitle } from './title.ts';

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
  filename: string;
  filetype: string;
  sizeBytes: number;
  sentBytes: number;
  uploadUrl: string | null;
  /** Recognises the same file when it is picked again (fingerprint.ts). */
  fingerprint: string;
  isPaused: boolean;
  addedAtMs: number;
  /** The file itself where the browser could keep its handle. */
  handle?: FileSystemFileHandle;
}

/** The place of an upload that has not begun; title and date are guessed from the file. */
export function newPlace(
  userId: string,
  file: File,
  print: string,
  handle?: FileSystemFileHandle,
): Place {
  return {
    id: newId(),
    clientId: newId(),
    userId,
    recordingId: null,
    ...guessTitle(file.name, file.lastModified),
    filename: file.name,
    filetype: file.type,
    sizeBytes: file.size,
    sentBytes: 0,
    uploadUrl: null,
    fingerprint: print,
    isPaused: false,
    addedAtMs: Date.now(),
    handle,
  };
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
  const places = await ask<Place[]>(['places'], 'readonly', (store) =>
    store('places').getAll(),
  ).catch(() => []);
  return places
    .filter((place) => place.userId === userId)
    .sort((one, other) => one.addedAtMs - other.addedAtMs);
}

export function readPlace(id: string): Promise<Place | undefined> {
  return ask<Place | undefined>(['places'], 'readonly', (store) => store('places').get(id)).catch(
    () => undefined,
  );
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
    store('files').delete(id);
    return store('places').delete(id);
  }).catch(() => {
    // Nothing was kept, so nothing is left.
  });
}

/** Up to here a copy inside the browser is worth its space. Larger files are picked again. */
const largestCopyBytes = 1_000_000_000;

/** Keeps a copy of the file where there is ample room, so that going on needs no picking. */
export async function keepFile(id: string, file: File): Promise<void> {
  if (file.size > largestCopyBytes) return;
  try {
    const { quota = 0, usage = 0 } = await navigator.storage.estimate();
    if (file.size > (quota - usage) / 4) return;
    await ask(['files'], 'readwrite', (store) => store('files').put(file, id));
  } catch {
    // Without a copy the file is asked for again; that is said on the screen then.
  }
}

/** The kept copy, or the file behind its handle if the browser lets it be read without asking. */
export async function findFile(place: Place): Promise<File | 'needs-leave' | undefined> {
  const copy = await ask<File | undefined>(['files'], 'readonly', (store) =>
    store('files').get(place.id),
  ).catch(() => undefined);
  if (copy) return copy;
  if (!place.handle) return undefined;
  const leave = await place.handle.queryPermission?.({ mode: 'read' });
  if (leave === 'prompt') return 'needs-leave';
  return leave === 'denied' ? undefined : readHandle(place);
}

/** Asks for leave to read the file behind the handle; only from a click. */
export async function askForFile(place: Place): Promise<File | undefined> {
  const leave = await place.handle?.requestPermission?.({ mode: 'read' });
  return leave === 'granted' ? readHandle(place) : undefined;
}

async function readHandle(place: Place): Promise<File | undefined> {
  // It may have been moved or deleted since.
  return place.handle?.getFile().catch(() => undefined);
}

declare global {
  /** Chromium's, not in TypeScript's DOM library. */
  interface FileSystemHandle {
    queryPermission?(descriptor: { mode: 'read' }): Promise<PermissionState>;
    requestPermission?(descriptor: { mode: 'read' }): Promise<PermissionState>;
  }
}
