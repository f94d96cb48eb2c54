import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { S3Config } from '@second-look/infra/config';
import type { ObjectStore } from '@second-look/infra/object-store';
import { openStore } from '@second-look/infra/object-store/open';
import { startS3 } from '../world/s3.ts';
import { beginUpload, openPlace, type Place } from './place.ts';
import { inTurns, median, print, say, spread } from './round.ts';
import { pieces, sendBytes } from './send.ts';

/** As much as the web sends in one request. */
const requestBytes = 64 * 1024 * 1024;
const aimRatio = 0.8;
const aimMemoryMb = 150;

interface Peer {
  /** What it is, for whoever reads the figures. */
  words: string;
  what: string;
  /** Where the uploads go, if not into a folder. */
  s3?: S3Config;
  /** Does the same with as many bytes. @returns seconds */
  copy(): Promise<number>;
}

/** Uploads into a folder. @param sizeBytes of one upload */
export async function upload(sizeBytes: number, rounds: number): Promise<void> {
  const place = await openPlace();
  const copy = join(place.product.dataDir, 'copy');
  const { copier, address } = await startCopier(copy);
  try {
    await compare(place, sizeBytes, rounds, {
      what: 'a plain copy through Node',
      words:
        'a server of node:http alone that pipes one request into a file and flushes it once at the end, in a process of its own, on the same disk, sent to by the same client',
      copy: async () => {
        const seconds = await timed(() =>
          sendBytes(address, sizeBytes, { method: 'PUT', headers: {} }),
        );
        rmSync(copy);
        return seconds;
      },
    });
  } finally {
    copier.disconnect();
    await place.close();
  }
}

/** Uploads into a store that speaks S3. @param sizeBytes of one upload */
export async function uploadS3(sizeBytes: number, rounds: number): Promise<void> {
  const s3 = await startS3();
  const place = await openPlace(s3.env);
  const { config } = s3;
  const client = new S3Client({ ...config, requestChecksumCalculation: 'WHEN_REQUIRED' });
  const target = { Bucket: config.bucket, Key: 'copy' };
  try {
    await compare(place, sizeBytes, rounds, {
      s3: config,
      what: 'a multipart put by the SDK',
      words:
        'Upload of @aws-sdk/lib-storage with parts of 16 MiB, into the same store, in the process of the client',
      copy: async () => {
        const Body = Readable.from(pieces(sizeBytes), { objectMode: false });
        const put = new Upload({ client, params: { ...target, Body }, partSize: 16 * 1024 * 1024 });
        const seconds = await timed(() => put.done());
        await client.send(new DeleteObjectCommand(target));
        return seconds;
      },
    });
  } finally {
    await place.close();
    client.destroy();
    await s3.close();
  }
}

async function compare(place: Place, sizeBytes: number, rounds: number, peer: Peer) {
  // Whatever they would do with what arrives is measured elsewhere.
  place.product.workers.freeze();
  const store = await openStore({ dataDir: place.product.dataDir, s3: peer.s3 }, say);
  const megabytes = sizeBytes / 1e6;
  const peaks: number[] = [];
  const ours = async () => {
    const before = startWatchingMemory(place.product.server.pid);
    const seconds = await sendByTus(place, store, sizeBytes);
    if (before !== null) peaks.push(peakMb(place.product.server.pid) - before);
    return megabytes / seconds;
  };
  const theirs = async () => megabytes / (await peer.copy());
  await ours();
  await theirs();
  peaks.length = 0;
  const measured = await inTurns(rounds, { ours, peer: theirs });
  const ratios = measured.ours.map((speed, round) => speed / (measured.peer[round] ?? 1));
  say(
    `  MB/s through the server: ${spread(measured.ours, 0)}; the peer: ${spread(measured.peer, 0)}`,
  );
  print({
    what: `Upload of ${megabytes.toFixed(0)} MB ÷ ${peer.what}`,
    figure: spread(ratios),
    aim: `≥ ${aimRatio}`,
    isMet: median(ratios) >= aimRatio,
    peer: peer.words,
    n: rounds,
  });
  if (peaks.length === 0) return;
  print({
    what: `Memory of the server at its peak during ${megabytes.toFixed(0)} MB, above before`,
    figure: `${spread(peaks, 0)} MB`,
    aim: `< ${aimMemoryMb} MB`,
    isMet: Math.max(...peaks) < aimMemoryMb,
    n: peaks.length,
  });
}

async function sendByTus(place: Place, store: ObjectStore, sizeBytes: number): Promise<number> {
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
  await store.deleteAll(`recordings/${id}/`);
  return seconds;
}

async function startCopier(file: string): Promise<{ copier: ChildProcess; address: string }> {
  const copier = fork(fileURLToPath(new URL('copier.ts', import.meta.url)), [file]);
  const [{ port }] = await once(copier, 'message');
  return { copier, address: `http://127.0.0.1:${port}/` };
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
