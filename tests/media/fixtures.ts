/**
 * Makes the films and the non-films that tests need, each by name, once per machine: they are kept
 * in a folder under the system's temporary one.
 */
import { execFile } from 'node:child_process';
import { access, copyFile, mkdir, readFile, rename, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { externalReferenceMovie, turnedMovie } from './crafted.ts';

const execute = promisify(execFile);

type Make = (target: string, ffmpegPath: string) => Promise<void>;

// A pattern whose corners differ in colour, so that a turned picture shows itself, and a number
// that changes with every picture.
const scene = (size: string, rate: number | string, seconds: number) =>
  `testsrc=size=${size}:rate=${rate}:duration=${seconds}`;
const tone = (seconds: number) => `sine=frequency=440:sample_rate=48000:duration=${seconds}`;
const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '50'];
const aac = ['-c:a', 'aac', '-b:a', '64k', '-ac', '2'];

const films = {
  /** An ordinary one: H.264 with B-frames and AAC, moov at the end. */
  'landscape.mp4': encode(scene('640x360', 25, 9), tone(9), [...h264, '-bf', '2', ...aac]),
  /** As a phone held upright writes it: coded lying, a matrix that turns it, a track of data. */
  'portrait.mov': portrait,
  'upside-down.mp4': upsideDown,
  /** The clock starts at 31 s. */
  'broadcast.ts': encode(scene('640x360', 25, 6), tone(6), [
    ...h264,
    ...['-bf', '2', ...aac, '-output_ts_offset', '31', '-muxdelay', '0'],
  ]),
  /** As browsers record it: no duration, no index. */
  'browser.webm': encode(scene('320x240', 30, 5), tone(5), [
    ...['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '400k'],
    ...['-c:a', 'libopus', '-live', '1', '-f', 'webm'],
  ]),
  'silent.mp4': encode(scene('640x360', 25, 5), null, h264),
  /** The sound begins 2 s after the picture. */
  'late-sound.mp4': lateSound,
  /** The same with a clock that starts at 31 s. */
  'late-sound.ts': lateBroadcast,
  /** The picture begins 1.5 s after the sound. */
  'late-picture.mkv': latePicture,
  'odd.mp4': encode(scene('321x181', 25, 3), tone(3), [
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv444p', ...aac],
  ]),
  'tall.mp4': encode(scene('1280x960', 15, 3), null, h264),
  'wide-pixels.mp4': encode(`${scene('360x288', 25, 2)},setsar=64/45`, null, h264),
  /** NTSC's rate over more than one segment. */
  'ntsc.mp4': encode(scene('320x180', '30000/1001', 10), tone(10), [...h264, ...aac]),
  /** Pictures at irregular times, as phones write them in dim light. */
  'variable-rate.mp4': encode(
    `${scene('320x180', 30, 8)},select='not(mod(n,5))+lt(mod(n,40),20)'`,
    tone(8),
    ['-fps_mode', 'passthrough', ...h264, ...aac],
  ),
  'camcorder.mts': encode(
    `${scene('640x480', 50, 4)},tinterlace=mode=interleave_top,fieldorder=tff`,
    tone(4),
    ['-c:v', 'mpeg2video', '-flags', '+ilme+ildct', '-b:v', '2M', '-c:a', 'ac3', '-f', 'mpegts'],
  ),
  'hevc-hdr.mp4': encode(scene('640x360', 25, 2), tone(2), [
    ...['-c:v', 'libx265', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p10le', '-tag:v', 'hvc1'],
    ...['-x265-params', 'log-level=error:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc'],
    ...['-color_primaries', 'bt2020', '-color_trc', 'smpte2084', '-colorspace', 'bt2020nc', ...aac],
  ]),
  'old.avi': encode(scene('320x240', 25, 4), tone(4), [
    '-c:v',
    'mpeg4',
    '-bf',
    '2',
    '-c:a',
    'libmp3lame',
  ]),
} satisfies Record<string, Make>;

const broken = {
  'empty.mp4': async (target) => writeFile(target, ''),
  'page.mp4': async (target) =>
    writeFile(target, '\n<!DOCTYPE html>\n<html><body><p>Sign in to download</p></body></html>\n'),
  'random.mp4': async (target) => writeFile(target, noise(300_000)),
  'picture.mp4': (target, ffmpegPath) => still(ffmpegPath, 'png', target),
  'photo.mov': (target, ffmpegPath) => still(ffmpegPath, 'mjpeg', target),
  'heic.mov': async (target) =>
    writeFile(target, Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1')),
  /** Cut off before the index that was to come at its end. */
  'no-index.mp4': cut(0.6),
  /** Cut off, with the index in front: what is there can be shown. */
  'cut-off.mp4': cutWithIndexInFront,
  /** A picture of 144 million pixels in less than two megabytes. */
  'huge.mp4': encode('color=black:size=12000x12000:rate=2:duration=1', null, ['-c:v', 'mjpeg']),
  /** A film whose sound is said to lie in another file. */
  'elsewhere.mov': (target, ffmpegPath) => elsewhere(target, ffmpegPath),
} satisfies Record<string, Make>;

export type FixtureName = keyof typeof films | keyof typeof broken;

const folder = join(tmpdir(), 'second-look-fixtures', 'v2');

/** The path of a fixture, made now if it wasn't yet. Copy it before changing it. */
export async function fixture(name: FixtureName, ffmpegPath: string): Promise<string> {
  const target = join(folder, name);
  const isThere = await access(target).then(
    () => true,
    () => false,
  );
  if (isThere) return target;
  await mkdir(folder, { recursive: true });
  // Its name stays last: ffmpeg goes by it.
  const partial = join(
    folder,
    `partial-${process.pid}-${Math.random().toString(36).slice(2)}-${name}`,
  );
  const make: Make = { ...films, ...broken }[name];
  await make(partial, ffmpegPath);
  await rename(partial, target);
  return target;
}

/** Playlists that name a local file and an address; none of the two may ever be opened. */
export function hostilePlaylists(address: string): Record<string, string> {
  const secret = 'file:///etc/passwd';
  return {
    'hls.mp4': `#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n${address}/a.ts\n#EXTINF:4,\n${secret}\n#EXT-X-ENDLIST\n`,
    'dash.mp4':
      '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT4S">' +
      `<Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1"><BaseURL>${address}/b.mp4</BaseURL>` +
      `<SegmentBase/></Representation><Representation id="2" bandwidth="2"><BaseURL>${secret}</BaseURL></Representation></AdaptationSet></Period></MPD>`,
    'concat.mp4': `ffconcat version 1.0\nfile '${address}/c.mp4'\nfile '/etc/passwd'\n`,
    'session.mp4': `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\na=control:${address}/d\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n`,
  };
}

function encode(picture: string, sound: string | null, options: string[]): Make {
  return async (target, ffmpegPath) => {
    const inputs = [picture, sound].flatMap((input) => (input ? ['-f', 'lavfi', '-i', input] : []));
    await run(ffmpegPath, [...inputs, ...options, target]);
  };
}

async function upsideDown(target: string, ffmpegPath: string): Promise<void> {
  const lying = await readFile(await fixture('landscape.mp4', ffmpegPath));
  await writeFile(target, turnedMovie(lying, 180));
}

async function portrait(target: string, ffmpegPath: string): Promise<void> {
  await run(ffmpegPath, [
    ...['-f', 'lavfi', '-i', scene('1280x720', 30, 4), '-f', 'lavfi', '-i', tone(4)],
    ...[...h264, ...aac, '-timecode', '01:00:00:00'],
    ...['-metadata', 'com.apple.quicktime.location.ISO6709=+51.5-000.1/'],
    ...['-movflags', 'use_metadata_tags', target],
  ]);
  await writeFile(target, turnedMovie(await readFile(target), 90));
}

async function lateSound(target: string, ffmpegPath: string): Promise<void> {
  await run(ffmpegPath, [
    ...['-f', 'lavfi', '-i', scene('320x180', 25, 6)],
    ...['-itsoffset', '2', '-f', 'lavfi', '-i', tone(4), ...h264, ...aac, target],
  ]);
}

async function lateBroadcast(target: string, ffmpegPath: string): Promise<void> {
  const late = await fixture('late-sound.mp4', ffmpegPath);
  const clock = ['-output_ts_offset', '31', '-muxdelay', '0'];
  await run(ffmpegPath, ['-i', late, '-c', 'copy', ...clock, target]);
}

async function latePicture(target: string, ffmpegPath: string): Promise<void> {
  await run(ffmpegPath, [
    ...['-itsoffset', '1.5', '-f', 'lavfi', '-i', scene('320x180', 25, 4)],
    ...['-f', 'lavfi', '-i', tone(6), '-fps_mode', 'passthrough', ...h264, ...aac, target],
  ]);
}

function cut(part: number): Make {
  return async (target, ffmpegPath) => {
    const whole = await fixture('landscape.mp4', ffmpegPath);
    await copyFile(whole, target);
    await truncate(target, Math.floor((await readFile(whole)).length * part));
  };
}

async function cutWithIndexInFront(target: string, ffmpegPath: string): Promise<void> {
  const whole = await fixture('landscape.mp4', ffmpegPath);
  await run(ffmpegPath, ['-i', whole, '-c', 'copy', '-movflags', '+faststart', target]);
  await truncate(target, Math.floor((await readFile(target)).length * 0.55));
}

async function still(ffmpegPath: string, codec: 'png' | 'mjpeg', target: string): Promise<void> {
  const picture = ['-f', 'lavfi', '-i', scene('320x180', 1, 1), '-frames:v', '1', '-c:v', codec];
  await run(ffmpegPath, [
    ...picture,
    ...(codec === 'png' ? ['-f', 'image2', '-update', '1'] : []),
    target,
  ]);
}

async function elsewhere(target: string, ffmpegPath: string): Promise<void> {
  const bytes = await readFile(await fixture('silent.mp4', ffmpegPath));
  await writeFile(target, externalReferenceMovie(bytes, '/etc/passwd'));
}

/** Bytes without a pattern, the same every time. */
function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 12_345;
  for (let index = 0; index < length; index += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[index] = state >>> 16;
  }
  return bytes;
}

async function run(ffmpegPath: string, args: string[]): Promise<void> {
  await execute(ffmpegPath, ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y', ...args]);
}
