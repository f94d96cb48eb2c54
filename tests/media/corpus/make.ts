/** Makes the films of the corpus, each once per machine, as long as its description stays the same. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { turnedMovie } from '../crafted.ts';
import type { Film } from './films.ts';
import { beep, scene } from './scene.ts';
import type { Sound } from './sounds.ts';

const execute = promisify(execFile);
const folder = join(tmpdir(), 'second-look-fixtures', 'corpus');

/** The path of a film, made now if it wasn't yet. Copy it before changing it. */
export function corpusFilm(film: Film, ffmpegPath: string): Promise<string> {
  return kept(film, inputsOf(film), ffmpegPath);
}

/** The path of a file that holds sound alone. */
export function corpusSound(sound: Sound, ffmpegPath: string): Promise<string> {
  const { sound: options, hasCover, lateMs, ...wanted } = sound;
  const cover = hasCover ? ['-map', '0:a', ...coverAt('1:v', '0')] : [];
  const inputs = [...lavfi(beep(1000, 2.4)), ...(hasCover ? drawnCover : [])];
  return kept(wanted, { inputs, options: [...cover, ...words(options)] }, ffmpegPath);
}

type Work = { inputs: string[]; options: string[] };
type Wanted = Pick<Film, 'name' | 'container' | 'isPiped' | 'turn' | 'trimMs' | 'keep' | 'beside'>;

async function kept(wanted: Wanted, { inputs, options }: Work, ffmpegPath: string) {
  const args = [...inputs, ...options, ...words(wanted.container)];
  const key = createHash('sha256')
    .update(JSON.stringify([args, wanted]))
    .digest('hex');
  const target = join(folder, `${key.slice(0, 12)}-${wanted.name}`);
  const isThere = await access(target).then(
    () => true,
    () => false,
  );
  if (isThere) return target;
  await mkdir(folder, { recursive: true });
  // Its name stays last: ffmpeg goes by it.
  const partial = join(folder, `partial-${process.pid}-${wanted.name}`);
  try {
    await write(args, wanted, partial, ffmpegPath);
    if (wanted.beside === 'phone data') await renamed(partial, 'gpmd', 'mebx');
    if (wanted.beside === 'unknown sound') await renamed(partial, 'sowt', 'apac');
    if (wanted.trimMs) await trimmed(partial, wanted.trimMs, ffmpegPath);
    if (wanted.turn) await writeFile(partial, turnedMovie(await readFile(partial), wanted.turn));
    if (wanted.keep) await truncate(partial, Math.floor((await size(partial)) * wanted.keep));
    await rename(partial, target);
  } finally {
    await rm(partial, { force: true });
  }
  return target;
}

async function write(args: string[], { isPiped }: Wanted, target: string, ffmpegPath: string) {
  const quiet = ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y'];
  const { stdout } = await execute(ffmpegPath, [...quiet, ...args, isPiped ? 'pipe:1' : target], {
    encoding: 'buffer',
    maxBuffer: 2 ** 26,
  });
  if (isPiped) await writeFile(target, stdout);
}

function inputsOf(film: Film): Work {
  const { filters, flashMs, soundAtMs, seconds, soundRate } = film;
  const drawn = scene(film, film.colours);
  const picture = lavfi(filters ? `${drawn},${filters}` : drawn);
  const heard = beep(flashMs - soundAtMs, seconds - soundAtMs / 1000, soundRate);
  const late = soundAtMs ? ['-itsoffset', `${soundAtMs / 1000}`] : [];
  const sound = film.sound === null ? [] : [...late, ...lavfi(heard)];
  const main = ['-map', '0:v', ...(film.sound === null ? [] : ['-map', '1:a'])];
  const extra = film.beside ? besides[film.beside] : { inputs: [], options: [] };
  return {
    inputs: [...picture, ...sound, ...extra.inputs],
    options: [...main, ...words(film.picture), ...words(film.sound), ...extra.options],
  };
}

const drawnCover = lavfi('color=red:size=300x300:duration=1:rate=1');
const data: Work = {
  inputs: ['-f', 'data', '-i', import.meta.filename],
  options: ['-map', '2:0', '-c:d', 'copy', '-tag:d', 'gpmd', '-timecode', '01:00:00:00'],
};
const besides: Record<NonNullable<Film['beside']>, Work> = {
  /** GoPro's measurements and a time code. */
  data,
  'phone data': data,
  'second sound': {
    inputs: lavfi('sine=frequency=220:duration=2.4'),
    options: ['-map', '2:a', '-disposition:a:1', '0'],
  },
  /** As the newest phones write it beside an ordinary one. */
  'unknown sound': {
    inputs: lavfi('sine=frequency=220:duration=2.4'),
    options: ['-map', '2:a', '-c:a:1', 'pcm_s16le'],
  },
  cover: { inputs: drawnCover, options: coverAt('2:v', '1') },
};

/** @param input what shows the cover @param place among the file's pictures */
function coverAt(input: string, place: string): string[] {
  return [
    ...['-map', input, `-c:v:${place}`, 'mjpeg', `-pix_fmt:v:${place}`, 'yuvj420p'],
    ...[`-disposition:v:${place}`, 'attached_pic'],
  ];
}

function lavfi(graph: string): string[] {
  return ['-f', 'lavfi', '-i', graph];
}

function words(options: string | null | undefined): string[] {
  return options ? options.split(' ') : [];
}

async function size(path: string): Promise<number> {
  return (await readFile(path)).length;
}

async function trimmed(path: string, fromMs: number, ffmpegPath: string): Promise<void> {
  const whole = `${path}.whole`;
  await rename(path, whole);
  const copy = ['-ss', `${fromMs / 1000}`, '-i', whole, '-map', '0', '-c', 'copy', path];
  await execute(ffmpegPath, ['-v', 'error', ...copy]);
  await rm(whole);
}

/** Another name of the same length for a kind of track that ffmpeg writes and phones don't. */
async function renamed(path: string, from: string, to: string): Promise<void> {
  const bytes = await readFile(path);
  await writeFile(path, Buffer.from(bytes.toString('latin1').replaceAll(from, to), 'latin1'));
}

let known: Promise<string> | undefined;

/** The first of a film's or a sound's encoders that this ffmpeg lacks. */
export async function missingEncoder(
  { picture = '', sound }: Partial<Pick<Film, 'picture' | 'sound'>>,
  ffmpegPath: string,
): Promise<string | undefined> {
  known ??= execute(ffmpegPath, ['-hide_banner', '-encoders']).then(({ stdout }) => stdout);
  const encoders = await known;
  const named = `${picture} ${sound ?? ''}`.matchAll(/-c:[av]\S* (\S+)/g);
  return [...named].map(([, name = '']) => name).find((name) => !encoders.includes(` ${name} `));
}
