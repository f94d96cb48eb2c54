/**
 * What RFC 8216 and Apple's "HLS Authoring Specification for Apple Devices" ask of playlists and segments, as far
 * as a program can tell, of each kind of version that a lesson can be watched in. Not here: playlists of I-frames,
 * which we do not write, and whatever needs Apple's own tools.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaTools } from '../media/binaries.ts';
import { boxAt, boxesAt, boxesOf, isIdr } from '../media/fragments.ts';
import type { Client } from '../world/client.ts';
import { begunLesson, makingPieces, prepareNow } from '../world/lesson.ts';
import { startServer, type TestServer } from '../world/server.ts';
import {
  average,
  loudest,
  peak,
  pictureSeconds,
  startsOf,
  sum,
  target,
  type Version,
  watched,
} from './played.ts';

const execute = promisify(execFile);

let server: TestServer;
let amira: Client;
const versions: Record<string, Version> = {};
let inits: Buffer[][];
beforeAll(async () => {
  server = await startServer();
  amira = await server.as('amira');
  const texture = 'noise=alls=14:allf=t';
  const id = await begun({
    ...{ name: 'h264.mp4', size: '960x720', seconds: 70, filters: texture },
    picture: ['-c:v', 'libx264', '-preset', 'ultrafast', '-b:v', '8M', '-bf', '2', '-g', '90'],
  });
  versions['the film as it is'] = await watched(amira, id);
  await prepareNow(server, id);
  versions['the ladder'] = await watched(amira, id);
  inits = await initsOf(id);
  const other = await begun({
    ...{ name: 'mpeg4.mp4', size: '640x480', seconds: 28 },
    // Dark for as long as the first piece lasts.
    filters: `${texture},drawbox=c=black:t=fill:enable='lt(t,8)'`,
    picture: ['-c:v', 'mpeg4', '-q:v', '3'],
  });
  versions['pieces by plan'] = await makingPieces(server, other, watched(amira, other));
}, 900_000);
afterAll(() => server.stop());

/** A film with a tone, uploaded, of which the first step alone is done. */
async function begun(film: {
  name: string;
  size: string;
  seconds: number;
  filters: string;
  picture: string[];
}): Promise<string> {
  const { ffmpegPath } = await mediaTools();
  const path = join(server.place.dataDir, film.name);
  const length = `duration=${film.seconds}`;
  await execute(ffmpegPath, [
    ...['-v', 'error', '-f', 'lavfi', '-i', `testsrc2=size=${film.size}:rate=30000/1001:${length}`],
    ...['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=44100:${length}`],
    ...['-vf', film.filters, '-pix_fmt', 'yuv420p', '-shortest', ...film.picture],
    ...['-c:a', 'aac', '-b:a', '96k', path],
  ]);
  return begunLesson(server, amira, await readFile(path));
}

/** The initialisation section of each chunk, of which only the first one's is ever sent, by rendition. */
async function initsOf(recordingId: string): Promise<Buffer[][]> {
  const { rows } = await server.place.database.as('admin').pool.query(
    `select r.id, k.object_key, k.init_offset, k.init_length from rendition r
     join cut c on c.id = r.cut_id and c.published_attempt = r.attempt
     join rendition_chunk k on k.rendition_id = r.id
     where c.recording_id = $1 and r.kind = 'video'`,
    [recordingId],
  );
  const read = async ({ object_key: key, init_offset: start, init_length: length }: Row) =>
    buffer(await server.store.read(key, { start, end: start + length - 1 }));
  return Promise.all(
    [...Map.groupBy(rows as Row[], ({ id }) => id).values()].map((chunks) =>
      Promise.all(chunks.map(read)),
    ),
  );
}
type Row = { id: string; object_key: string; init_offset: number; init_length: number };

/** Empty where it could not be made: each test then says what it misses. */
const one = (name: string): Version =>
  versions[name] ?? { main: '', all: [], pictures: [], sounds: [] };

describe.each(['the film as it is', 'the ladder', 'pieces by plan'])('%s', (name) => {
  const isPlanned = name === 'pieces by plan';

  it('RFC 8216 4: is a complete playlist of version 7, whose segments need no others', () => {
    const { main, all, pictures } = one(name);
    expect(pictures.length).toBeGreaterThan(0);
    for (const text of [main, ...all.map(({ playlist }) => playlist)]) {
      expect(text).toMatch(/^#EXTM3U\n#EXT-X-VERSION:7\n/);
      expect(text).toContain('\n#EXT-X-INDEPENDENT-SEGMENTS\n');
      expect(text).toMatch(/^[\x20-\x7e\n]+\n$/);
    }
    for (const { playlist } of all) {
      expect(playlist).toContain('\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n');
      expect(playlist).toMatch(/\n#EXT-X-ENDLIST\n$/);
    }
  });

  it('RFC 8216 3.3: begins with ftyp of a brand that includes iso6, then a moov without samples, mvex last', () => {
    for (const { init } of one(name).all) {
      expect(boxesOf(init).map(({ type }) => type)).toEqual(['ftyp', 'moov']);
      const ftyp = boxAt(init, 'ftyp').toString('latin1');
      expect(ftyp).toMatch(/iso[6-9]|cmfc/);
      const inside = boxesOf(boxAt(init, 'moov')).map(({ type }) => type);
      expect(inside.filter((type) => type === 'trak')).toHaveLength(1);
      expect(inside.indexOf('mvex')).toBeGreaterThan(inside.lastIndexOf('trak'));
      for (const table of ['stts', 'stsc', 'stco'])
        expect(boxAt(init, 'moov', 'trak', 'mdia', 'minf', 'stbl', table).readUInt32BE(4)).toBe(0);
      expect(boxAt(init, 'moov', 'mvhd').readUInt32BE(16), 'duration').toBe(0);
      expect(boxAt(init, 'moov', 'trak', 'tkhd').readUInt32BE(20), 'duration').toBe(0);
    }
  });

  it('RFC 8216 3.3: has segments of moof and mdat, one track with its decode time, addressed from the moof', () => {
    for (const { segments } of one(name).all) {
      for (const { bytes } of segments) {
        const types = boxesOf(bytes).map(({ type }) => type);
        const core = types.filter((type) => !['styp', 'sidx', 'prft'].includes(type));
        expect(core.join(' ')).toMatch(/^moof mdat( moof mdat)*$/);
        for (const { body } of boxesAt(bytes, 'moof')) {
          expect(boxesAt(body, 'traf')).toHaveLength(1);
          expect(boxesAt(body, 'traf', 'tfdt')).toHaveLength(1);
          const flags = boxAt(body, 'traf', 'tfhd').readUIntBE(1, 3);
          expect([flags & 0x1, flags & 0x20000]).toEqual([0, 0x20000]);
        }
      }
    }
  });

  it('RFC 8216 3: goes on from segment to segment without a hole, from 0 on', () => {
    for (const { samples, track } of one(name).all) {
      const flat = samples.flat();
      // One tick of rounding, and where a piece of a whole number of milliseconds meets 29.97 pictures.
      const tolerance = Math.max(1, track.timescale / 1000);
      expect(Math.min(...flat.map(({ shownAt }) => shownAt)) / track.timescale).toBeCloseTo(0, 2);
      for (const [at, { decodedAt, duration }] of flat.entries()) {
        const next = flat[at + 1]?.decodedAt ?? decodedAt + duration;
        expect(Math.abs(next - decodedAt - duration)).toBeLessThanOrEqual(tolerance);
      }
    }
  });

  it('RFC 8216 4.3.3.1 and 6.2.4: has one target duration, which no segment is longer than', () => {
    const { all } = one(name);
    expect(new Set(all.map(target)).size).toBe(1);
    for (const played of all)
      for (const seconds of played.lengths)
        expect(Math.round(seconds)).toBeLessThanOrEqual(target(played));
  });

  it('RFC 8216 4.3.2.1: says of each segment how long it is', () => {
    for (const played of one(name).all) {
      const tolerance = isPlanned ? pictureSeconds(played) : 0.003;
      for (const [at, { durationUs }] of played.segments.entries())
        expect(Math.abs(durationUs / 1e6 - (played.lengths[at] ?? 0))).toBeLessThan(tolerance);
    }
  });

  it('RFC 8216 6.2.4: has its segments at the same moments in every size, and sound as long', () => {
    const { pictures, sounds } = one(name);
    const [first, ...others] = pictures;
    for (const picture of others) {
      expect(startsOf(picture)).toEqual(first && startsOf(first));
      expect(picture.playlist).toBe(first?.playlist);
    }
    for (const sound of sounds)
      expect(Math.abs(sum(sound.lengths) - sum(first?.lengths ?? []))).toBeLessThan(0.5);
  });

  it('Apple: begins every segment with an IDR picture', () => {
    for (const { samples, track } of one(name).pictures)
      for (const [first] of samples) expect(first && isIdr(first, track)).toBe(true);
  });

  it.runIf(name !== 'the film as it is')('Apple: has an IDR picture every two seconds', () => {
    for (const played of one(name).pictures) {
      const { samples, track } = played;
      const keys = samples.flat().filter((sample) => isIdr(sample, track));
      const moments = [
        ...keys.map(({ shownAt }) => shownAt / track.timescale),
        sum(played.lengths),
      ];
      for (const [at, moment] of moments.slice(1).entries())
        expect(moment - (moments[at] ?? 0)).toBeLessThan(2 + pictureSeconds(played));
    }
  });

  it('Apple and RFC 8216 4.3.4.2: names a BANDWIDTH within 10 % of the measured peak, and an average', () => {
    const version = one(name);
    for (const picture of version.pictures) {
      const told = Number(picture.attributes.BANDWIDTH);
      const measured = peak(picture) + loudest(version, peak);
      expect(told).toBeGreaterThanOrEqual(Math.floor(measured));
      // What is not made yet can only be promised.
      if (isPlanned) continue;
      expect(told / measured).toBeLessThan(1.1);
      const toldAverage = Number(picture.attributes['AVERAGE-BANDWIDTH']);
      const measuredAverage = average(picture) + loudest(version, average);
      expect(Math.abs(toldAverage / measuredAverage - 1)).toBeLessThan(0.1);
      expect(measured / measuredAverage, 'Apple: a peak of 200 % of the average').toBeLessThan(2);
    }
  });

  it('RFC 8216 4.3.4.2: names the codecs that are in it; Apple: H.264 of High at most, up to level 4.2, and AAC', () => {
    const { pictures, sounds } = one(name);
    for (const { attributes, track } of pictures) {
      const profile = track.avcC.subarray(1, 4).toString('hex');
      expect(attributes.CODECS).toBe(`avc1.${profile}${sounds.length > 0 ? ',mp4a.40.2' : ''}`);
      expect([0x42, 0x4d, 0x64]).toContain(track.avcC[1]);
      expect(track.avcC[3]).toBeLessThanOrEqual(42);
    }
    for (const { track } of sounds) expect(track.type).toBe('mp4a');
  });

  it('Apple: names the size and the frame rate that are in it, at most 60, and no size above the source', () => {
    for (const played of one(name).pictures) {
      const { width, height } = played.track;
      expect(played.attributes.RESOLUTION).toBe(`${width}x${height}`);
      expect(width * height).toBeLessThanOrEqual(isPlanned ? 640 * 480 : 960 * 720);
      const told = played.attributes['FRAME-RATE'] ?? '';
      expect(told).toMatch(/^\d+\.\d{3}$/);
      expect(Math.abs(Number(told) - 1 / pictureSeconds(played))).toBeLessThan(0.05);
      expect(Number(told)).toBeLessThanOrEqual(60);
    }
  });

  it('RFC 8216 4.3.4.1: offers the sound as one group that every size names, with one default, of one sample rate', () => {
    const { pictures, sounds } = one(name);
    expect(sounds.length).toBeGreaterThan(0);
    for (const { attributes } of sounds) {
      expect(attributes).toMatchObject({
        TYPE: 'AUDIO',
        AUTOSELECT: 'YES',
        CHANNELS: expect.stringMatching(/^[12]$/),
      });
      expect(attributes.NAME).toMatch(/./);
    }
    expect(sounds.filter(({ attributes }) => attributes.DEFAULT === 'YES')).toHaveLength(1);
    const groups = [
      ...pictures.map(({ attributes }) => attributes.AUDIO),
      ...sounds.map(({ attributes }) => attributes['GROUP-ID']),
    ];
    expect(new Set(groups).size).toBe(1);
    expect(new Set(sounds.map(({ track }) => track.sampleRate)).size).toBe(1);
  });
});

describe('the ladder', () => {
  it('Apple: begins with the size of about 2 Mbit/s that most connections carry, and goes down from there to a light one', () => {
    const sizes = one('the ladder').pictures.map(({ track }) => track.height);
    expect(sizes).toEqual([480, 720, 240]);
  });

  it('RFC 8216 4.3.2.5: has one initialisation section that is right for every chunk', () => {
    expect(inits).toHaveLength(3);
    for (const [first, ...others] of inits) {
      expect(others).toHaveLength(1);
      for (const other of others) expect(first?.equals(other)).toBe(true);
    }
  });
});
