import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beginUpload, openPlace, type Place } from './place.ts';
import { inTurns, median, print, say, spread } from './round.ts';
import { sendBytes } from './send.ts';

/** As much as the web sends in one request. */
const requestBytes = 64 * 1024 * 1024;
const aimRatio = 0.8;
const aimMemoryMb = 150;

/** @param sizeBytes of one upload */
export async function upload(sizeBytes: number, rounds: number): Promise<void> {
  const place = await openPlace();
  // Whatever they would do with what arrives is measured elsewhere.
  place.product.workers.freeze();
  const copy = join(place.product.dataDir, 'copy');
  const { peer: copier, address } = await startCopier(copy);
  const megabytes = sizeBytes / 1e6;
  const peaks: number[] = [];
  try {
    const ours = async () => {
      const before = startWatchingMemory(place.product.server.pid);
      const seconds = await sendByTus(place, sizeBytes);
      if (before !== null) peaks.push(peakMb(place.product.server.pid) - before);
      return megabytes / seconds;
    };
    const peer = async () => {
      const seconds = await timed(() =>
        sendBytes(address, sizeBytes, { method: 'PUT', headers: {} }),
      );
      rmSync(copy);
      return megabytes / seconds;
    };
    await ours();
    await peer();
    peaks.length = 0;
    const measured = await inTurns(rounds, { ours, peer });
    const ratios = measured.ours.map((speed, round) => speed / (measured.peer[round] ?? 1));
    say(
      `  MB/s through the server: ${spread(measured.ours, 0)}; the peer: ${spread(measured.peer, 0)}`,
    );
    print({
      what: `Upload of ${megabytes.toFixed(0)} MB ÷ a plain copy through Node`,
      figure: spread(ratios),
      aim: `≥ ${aimRatio}`,
      isMet: median(ratios) >= aimRatio,
      peer: 'a server of node:http alone that pipes one request into a file and flushes it once at the end, in a process of its own, on the same disk, sent to by the same client',
      n: rounds,
    });
    if (peaks.length > 0)
      print({
        what: `Memory of the server at its peak during ${megabytes.toFixed(0)} MB, above before`,
        figure: `${spread(peaks, 0)} MB`,
        aim: `< ${aimMemoryMb} MB`,
        isMet: Math.max(...peaks) < aimMemoryMb,
        n: peaks.length,
      });
  } finally {
    copier.disconnect();
    await place.close();
  }
}

async function sendByTus(place: Place, sizeBytes: number): Promise<number> {
  const { id, address } = await beginUpload(place, sizeBytes);
  const url = new URL(address, place.product.url).href;
  const seconds = await timed(async () => {
    for (let offset = 0; offset < sizeBytes; offset += requestBytes) {
      const bytes = Math.min(requestBytes, sizeBytes - offset);
      const headers = {
        cookie: place.cookie,
        'tus-resumable': '1.0.0',
        'upload-offset': String(offset),
        'content-type': 'application/offset+octet-stream',
      };
      const status = await sendBytes(url, bytes, { method: 'PATCH', headers });
      if (status !== 204) throw new Error(`The server answered ${status} at ${offset}.`);
    }
  });
  rmSync(join(place.product.dataDir, 'objects/recordings', id), { recursive: true });
  return seconds;
}

async function startCopier(file: string): Promise<{ peer: ChildProcess; address: string }> {
  const peer = fork(fileURLToPath(new URL('copier.ts', import.meta.url)), [file]);
  const [{ port }] = await once(peer, 'message');
  return { peer, address: `http://127.0.0.1:${port}/` };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** Sets a process's peak back to what it uses now. @returns that, in MB; null where there is no /proc */
function startWatchingMemory(pid: number): number | null {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
    return peakMb(pid);
  } catch {
    return null;
  }
}

function peakMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return (Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024) / 1e6;
}
