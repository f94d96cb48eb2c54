import { i18n } from '../../app/i18n.ts';
import { queryClient } from '../../app/query-client.ts';
import { createStore } from '../../app/store.ts';
import { showToast } from '../../ui/toasts.ts';
import { meQuery, useMe } from '../session/me.ts';
import { leaveOutOthers, type Picked } from './picked.ts';
import { mostParts } from './place.ts';
import { compareFiles, isSplit } from './split.ts';
import { loadEngine } from './uploads.ts';

/** Several videos that were picked at once, until their owner has said whether they are one lesson. */
export interface Pending {
  /** Who picked them: on a shared device nobody else is asked. */
  userId: string | undefined;
  /** In the order in which they would become one. */
  picked: readonly Picked[];
  isOneLesson: boolean;
  /** They look like one film that the camera cut into pieces. */
  looksSplit: boolean;
}

const pendingStore = createStore<Pending | null>(null);

export function usePending(): Pending | null {
  const me = useMe();
  const pending = pendingStore.use();
  return pending?.userId === me?.id ? pending : null;
}

const myId = () => queryClient.getQueryData(meQuery.queryKey)?.id;

function myPending(): Pending | null {
  const pending = pendingStore.read();
  return pending?.userId === myId() ? pending : null;
}

/**
 * Takes picked files in. What an upload waits for goes on there, and one video alone begins at once; of
 * several, nothing begins until their owner has decided. Says so where the connection was lost before the
 * engine was loaded.
 * @returns whether there is something to decide now
 */
export async function addPicked(picking: Picked[] | Promise<Picked[]>): Promise<boolean> {
  const engine = await loadEngine().catch(() => null);
  if (!engine) {
    showToast(i18n.t('trouble.offlineShort'), { tone: 'trouble' });
    return false;
  }
  const picked = await engine.takeBack(leaveOutOthers(await picking));
  if (picked.length === 0) return false;
  const pending = myPending();
  if (!pending && picked.length === 1) {
    await engine.addLesson(picked);
    return false;
  }
  pendingStore.write(() => (pending ? withMore(pending, picked) : decideFor(picked)));
  return true;
}

function decideFor(picked: readonly Picked[]): Pending {
  const looksSplit = isSplit(picked.map(({ file }) => file)) && picked.length <= mostParts;
  return { userId: myId(), picked: ordered(picked), isOneLesson: looksSplit, looksSplit };
}

/** Behind those that are there, which may have been put in order already. */
function withMore({ userId, picked, isOneLesson }: Pending, more: readonly Picked[]): Pending {
  const others = more.filter(({ file }) => !picked.some((there) => isSameFile(there.file, file)));
  const all = [...picked, ...ordered(others)];
  return {
    userId,
    picked: all,
    isOneLesson: isOneLesson && all.length <= mostParts,
    looksSplit: isSplit(all.map(({ file }) => file)),
  };
}

function ordered(picked: readonly Picked[]): Picked[] {
  return picked.toSorted((one, other) => compareFiles(one.file, other.file));
}

function isSameFile(one: File, other: File): boolean {
  return (
    one.name === other.name && one.size === other.size && one.lastModified === other.lastModified
  );
}

export function decide(isOneLesson: boolean): void {
  pendingStore.write((pending) => pending && { ...pending, isOneLesson });
}

/** Puts the file at one place of the order to another. */
export function moveFile(from: number, to: number): void {
  pendingStore.write((pending) => {
    const moved = pending?.picked[from];
    if (!pending || !moved) return pending;
    return { ...pending, picked: pending.picked.toSpliced(from, 1).toSpliced(to, 0, moved) };
  });
}

/** Leaves a file out; without any, there is nothing left to decide. */
export function takeOut(index: number): void {
  pendingStore.write((pending) => {
    if (!pending || pending.picked.length <= 1) return null;
    return { ...pending, picked: pending.picked.toSpliced(index, 1) };
  });
}

export function putAway(): void {
  pendingStore.write(() => null);
}

/** Begins what was decided. */
export async function confirm(): Promise<void> {
  const engine = await loadEngine();
  const pending = myPending();
  putAway();
  if (!pending) return;
  const lessons = pending.isOneLesson ? [pending.picked] : pending.picked.map((picked) => [picked]);
  for (const lesson of lessons) await engine.addLesson(lesson);
}
