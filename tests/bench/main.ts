import { parseArgs } from 'node:util';
import { atOnce } from './at-once.ts';
import { notes } from './notes.ts';
import { processing } from './processing.ts';
import { quality } from './quality.ts';
import { queue } from './queue.ts';
import { restore } from './restore.ts';
import { say } from './round.ts';
import { start } from './start.ts';
import { upload, uploadS3 } from './upload.ts';
import { workers } from './workers.ts';

/**
 * Measures what DESIGN.md names in numbers, each against an aim or a peer in the same run:
 * `pnpm bench [name…] [--rounds 5] [--gigabytes 1] [--films hevc] [--seconds 120]`.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    /** The size of one upload; 5 shows that the server's memory does not grow with it. */
    gigabytes: { type: 'string', default: '1' },
    /** Of those that `at-once` plays, separated by commas; all without it. */
    films: { type: 'string' },
    /** Of the film that `processing` prepares. */
    seconds: { type: 'string', default: '120' },
  },
});
const rounds = (usual: number) => Number(values.rounds ?? usual);
const benches: Record<string, () => Promise<unknown>> = {
  upload: () => upload(Math.round(Number(values.gigabytes) * 1e9), rounds(5)),
  'upload-s3': () => uploadS3(Math.round(Number(values.gigabytes) * 1e9), rounds(5)),
  'at-once': () => atOnce(rounds(3), values.films?.split(',')),
  processing: () => processing(rounds(3), Number(values.seconds)),
  workers: () => workers(rounds(3)),
  quality,
  queue: () => queue(rounds(5)),
  restore: () => restore(Math.round(Number(values.gigabytes) * 1e9), rounds(5)),
  weight: () => import('./weight.ts'),
  notes: () => notes(rounds(10)),
  start: () => start(rounds(3)),
};

const names = positionals.length > 0 ? positionals : Object.keys(benches);
const unknown = names.filter((name) => !benches[name]);
if (unknown.length > 0) {
  say(`There is no ${unknown.join(', ')}: choose from ${Object.keys(benches).join(', ')}.`);
  process.exitCode = 1;
} else {
  for (const name of names) {
    say(`\n${name}`);
    await benches[name]?.();
  }
}
