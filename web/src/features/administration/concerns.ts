import type { AdministrationStatus } from '@second-look/core/contract';
import { tolerableClockMs } from '@second-look/core/time';

/** Something that its administrators should know; each has a sentence in the strings, or brings its own. */
export type Concern =
  | { key: 'store' | 'queue' | 'noWorkers' | 'sweep' | 'disk' | 'versions' }
  | { key: 'waiting'; minutes: number }
  | { key: 'school'; name: string }
  | { key: 'people'; count: number; name: string }
  | { key: 'ffmpegOld'; version: string; releasedOn: string }
  | { key: 'clock' | 'workerClock'; seconds: number; isAhead: boolean }
  | { key: 'address'; sentence: string };

/** Keeps people from working, or soon will. */
export function isGrave({ key }: Concern): boolean {
  return ['store', 'queue', 'noWorkers', 'disk'].includes(key);
}

const longWaitMs = 15 * 60_000;
const sweepLateMs = 5 * 60_000;

/** What is not as it should be, the gravest first. */
export function concernsOf(status: AdministrationStatus, nowMs: number): Concern[] {
  const { queue, store, disk, storage, workers, sweptAt, clockAheadMs, address } = status;
  const there = workers.filter(({ isThere }) => isThere);
  const concerns: Concern[] = [];
  if (!store.isReachable) concerns.push({ key: 'store' });
  if (!queue) concerns.push({ key: 'queue' });
  if (there.length === 0) concerns.push({ key: 'noWorkers' });
  if (disk?.isNearlyFull) concerns.push({ key: 'disk' });
  for (const { name, isNearlyFull } of storage.schools) {
    if (isNearlyFull) concerns.push({ key: 'school', name });
  }
  for (const { name, peopleNearlyFull } of storage.schools) {
    if (peopleNearlyFull) concerns.push({ key: 'people', name, count: peopleNearlyFull });
  }
  const waitedMs = queue?.oldestWaitingMs ?? 0;
  if (waitedMs > longWaitMs)
    concerns.push({ key: 'waiting', minutes: Math.floor(waitedMs / 60_000) });
  const isSweepLate = sweptAt === null || nowMs - Date.parse(sweptAt) > sweepLateMs;
  // One that has just started has not told of its first sweep yet.
  const isLongThere = there.some(({ startedAt }) => nowMs - Date.parse(startedAt) > sweepLateMs);
  if (isLongThere && isSweepLate) concerns.push({ key: 'sweep' });
  if (isOff(clockAheadMs)) concerns.push({ key: 'clock', ...offBy(clockAheadMs) });
  const offWorker = there.find((worker) => isOff(worker.clockAheadMs));
  if (offWorker) concerns.push({ key: 'workerClock', ...offBy(offWorker.clockAheadMs) });
  for (const sentence of address.troubles) concerns.push({ key: 'address', sentence });
  const old = there.find(({ ffmpeg }) => ffmpeg.isOld)?.ffmpeg;
  if (old?.releasedOn) {
    concerns.push({
      key: 'ffmpegOld',
      version: plainVersion(old.version),
      releasedOn: old.releasedOn,
    });
  }
  if (there.some(({ version }) => version !== status.versions.product)) {
    concerns.push({ key: 'versions' });
  }
  return concerns;
}

/** "7.0" of "n7.0-7-gd38bf5e08e": what people call a version, without how it was built. */
export function plainVersion(version: string): string {
  return /\d+(\.\d+)+/.exec(version)?.[0] ?? version;
}

function isOff(aheadMs: number): boolean {
  return Math.abs(aheadMs) > tolerableClockMs;
}

function offBy(aheadMs: number) {
  return { seconds: Math.round(Math.abs(aheadMs) / 1000), isAhead: aheadMs > 0 };
}
