import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FailureCode } from '@second-look/core/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaTools } from '../../../tests/media/binaries.ts';
import { corpusSound } from '../../../tests/media/corpus/make.ts';
import { sounds } from '../../../tests/media/corpus/sounds.ts';
import { type FixtureName, fixture, hostilePlaylists } from '../../../tests/media/fixtures.ts';
import { inspect } from './inspect.ts';
import { probe } from './probe.ts';
import type { MediaTools } from './tools.ts';

let tools: MediaTools;
let folder: string;
beforeAll(async () => {
  tools = await mediaTools();
  folder = await mkdtemp(join(tmpdir(), 'second-look-inspect-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const inspected = async (name: FixtureName) =>
  inspect(await fixture(name, tools.ffmpegPath), tools);

describe('inspect: films', () => {
  it('reads an ordinary one', async () => {
    const facts = await inspected('landscape.mp4');
    expect(facts).toMatchObject({
      container: 'mov',
      durationMs: 9000,
      startMs: 0,
      needsRemux: false,
      video: { codec: 'h264', width: 640, height: 360, frameRate: 25, rotation: 0, isHdr: false },
      audio: { codec: 'aac', channels: 2, sampleRate: 48_000 },
    });
  });

  it('sees an upright picture through its matrix, and past the track of data', async () => {
    const { video } = await inspected('portrait.mov');
    expect(video).toMatchObject({ width: 1280, height: 720, rotation: 90 });
    expect(video).toMatchObject({ displayedWidth: 720, displayedHeight: 1280 });
    expect((await inspected('upside-down.mp4')).video?.rotation).toBe(180);
  });

  it('takes time 0 from the container', async () => {
    const facts = await inspected('broadcast.ts');
    expect(facts.container).toBe('mpegts');
    expect(facts.startMs).toBeGreaterThan(30_900);
    expect(facts.startMs).toBeLessThanOrEqual(31_000);
  });

  it('says where a duration is missing', async () => {
    expect(await inspected('browser.webm')).toMatchObject({ durationMs: null, needsRemux: true });
  });

  it('knows pixels that are not square, light beyond the ordinary, and fields', async () => {
    expect((await inspected('wide-pixels.mp4')).video?.displayedWidth).toBe(512);
    expect((await inspected('hevc-hdr.mp4')).video).toMatchObject({ codec: 'hevc', isHdr: true });
    expect((await inspected('camcorder.mts')).video?.isInterlaced).toBe(true);
  });

  it('stops when asked to', async () => {
    const path = await fixture('landscape.mp4', tools.ffmpegPath);
    const signal = AbortSignal.abort(new Error('no longer wanted'));
    await expect(inspect(path, tools, { signal })).rejects.toThrow('no longer wanted');
  });
});

describe('inspect: sound alone', () => {
  const named = async (wanted: string) => {
    const sound = sounds.find(({ name }) => name === wanted);
    if (!sound) throw new Error(`There is no ${wanted}.`);
    return corpusSound(sound, tools.ffmpegPath);
  };

  it.each([
    ['voice-memo.m4a', 'mov', 'aac', false],
    ['covered.mp3', 'mp3', 'mp3', true],
    ['bare.aac', 'aac', 'aac', true],
    ['recorder.wav', 'wav', 'pcm_s16le', false],
    ['studio.flac', 'flac', 'flac', false],
    ['browser-sound.webm', 'matroska', 'opus', true],
  ])('%s has no picture, and a copy with an index where it has none', async (name, ...expected) => {
    const facts = await inspect(await named(name), tools);
    expect([facts.container, facts.audio?.codec, facts.needsRemux]).toEqual(expected);
    expect(facts.video).toBeNull();
    expect(facts.durationMs === null, 'nothing is guessed').toBe(facts.needsRemux);
  });

  it('is not what a film is whose picture nobody can decode', async () => {
    const film = await readFile(await fixture('landscape.mp4', tools.ffmpegPath));
    const path = join(folder, 'unknown-picture.mp4');
    await writeFile(path, film.toString('latin1').replaceAll('avc1', 'zzzz'), 'latin1');
    await expect(inspect(path, tools)).rejects.toMatchObject({ code: 'damaged' });
  });

  it('is not found in noise that holds a frame of it by chance', async () => {
    const sound = await readFile(await named('bare.mp3'));
    const path = join(folder, 'noise');
    await writeFile(path, Buffer.concat([Buffer.from('what this is, nobody knows'), sound]));
    await expect(inspect(path, tools)).rejects.toMatchObject({ code: 'not_a_video' });
  });
});

describe('inspect: what is no recording', () => {
  const expected: [FixtureName, FailureCode][] = [
    ['empty.mp4', 'empty_file'],
    ['page.mp4', 'web_page'],
    ['random.mp4', 'not_a_video'],
    ['picture.mp4', 'picture'],
    ['photo.mov', 'picture'],
    ['heic.mov', 'picture'],
    ['no-index.mp4', 'truncated'],
    ['huge.mp4', 'too_large_picture'],
    ['elsewhere.mov', 'damaged'],
  ];
  it.each(expected)('%s: %s', async (name, code) => {
    await expect(inspected(name)).rejects.toMatchObject({ name: 'MediaFailure', code });
  });

  it('opens nothing that a playlist names, recognised by its words or not', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end('secret');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      for (const [name, text] of Object.entries(hostilePlaylists(`http://127.0.0.1:${port}`))) {
        const path = join(folder, name);
        await writeFile(path, text);
        await expect(inspect(path, tools), name).rejects.toMatchObject({ code: 'playlist' });
        // The second line of defence: ffprobe itself has no demuxer for it.
        await expect(probe(path, tools), name).rejects.toMatchObject({ name: 'ProbeError' });
      }
    } finally {
      server.close();
    }
    expect(asked).toEqual([]);
  });

  it('reads a name as a name', async () => {
    const path = join(folder, '-i http:%2d concat:a|b.mp4');
    await writeFile(path, 'neither an option nor an address');
    await expect(inspect(path, tools)).rejects.toMatchObject({ code: 'not_a_video' });
  });
});
