import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { mediaTools } from '../media/binaries.ts';
import type { Client } from './client.ts';

const execute = promisify(execFile);

/** What ffprobe says, as JSON. */
export async function probe(args: string[]) {
  const { ffprobePath } = await mediaTools();
  const { stdout } = await execute(ffprobePath, ['-v', 'error', '-of', 'json', ...args]);
  return JSON.parse(stdout);
}

/** How many pictures, or pieces of sound, can be decoded. */
export async function framesOf(path: string, stream: 'v:0' | 'a:0'): Promise<number> {
  const counted = ['-count_frames', '-select_streams', stream];
  const shown = ['-show_entries', 'stream=nb_read_frames'];
  return Number((await probe([...counted, ...shown, path])).streams[0]?.nb_read_frames);
}

export interface PlayedRendition {
  kind: 'video' | 'audio';
  /** Of its line in the multivariant playlist. */
  attributes: Record<string, string>;
  playlist: string;
  init: Buffer;
  segments: { durationUs: number; bytes: Buffer }[];
}

/**
 * Fetches every media playlist of a recording and every part of it, as a player does, redirects included.
 * @returns the multivariant playlist, and what it names: the pictures first, each in its order
 */
export async function fetchPresentation(
  client: Client,
  recordingId: string,
): Promise<{ main: string; renditions: PlayedRendition[] }> {
  const entry = await client.ask('GET', `/api/recordings/${recordingId}/media/main.m3u8`);
  const address = entry.headers.get('location') ?? '';
  const main = await readPlaylist(client, address);
  const renditions = await Promise.all(
    named(main).map(async ({ kind, attributes, uri }): Promise<PlayedRendition> => {
      const medium = beside(client, address, uri);
      const playlist = await readPlaylist(client, medium);
      expect(playlist).toContain('#EXT-X-ENDLIST');
      expect(playlist).toContain('#EXT-X-PLAYLIST-TYPE:VOD');
      const [map, ...parts] = partsOf(playlist);
      const init = await fetchPart(client, medium, map ?? { uri: '', durationUs: 0 });
      const segments = [];
      for (const part of parts) {
        const bytes = await fetchPart(client, medium, part);
        segments.push({ durationUs: part.durationUs, bytes });
      }
      return { kind, attributes, playlist, init, segments };
    }),
  );
  return { main, renditions };
}

/** The same, as a file of each rendition in `folder`. */
export async function fetchRenditions(
  client: Client,
  recordingId: string,
  folder: string,
): Promise<{ kind: string; path: string }[]> {
  const { renditions } = await fetchPresentation(client, recordingId);
  return Promise.all(
    renditions.map(async ({ kind, init, segments }) => {
      const path = join(folder, `${randomUUID()}.mp4`);
      await writeFile(path, Buffer.concat([init, ...segments.map(({ bytes }) => bytes)]));
      return { kind, path };
    }),
  );
}

/** What a multivariant playlist names, pictures first. */
function named(main: string) {
  const pictures = [...main.matchAll(/^#EXT-X-STREAM-INF:(.*)\n(\S+)$/gm)].map(
    ([, list = '', uri = '']) => ({
      // Where there is no picture, the variants are the sound.
      kind: list.includes('RESOLUTION=') ? ('video' as const) : ('audio' as const),
      ...{ attributes: attributesOf(list), uri },
    }),
  );
  const sounds = [...main.matchAll(/^#EXT-X-MEDIA:(TYPE=AUDIO.*)$/gm)].map(([, list = '']) => {
    const { URI: uri = '', ...attributes } = attributesOf(list);
    return { kind: 'audio' as const, attributes, uri };
  });
  return [...pictures, ...sounds];
}

/** RFC 8216 4.2: names and values, which may hold commas where they are quoted. */
function attributesOf(list: string): Record<string, string> {
  const pairs = list.matchAll(/([A-Z0-9-]+)=(?:"([^"]*)"|([^,]*))/g);
  return Object.fromEntries([...pairs].map(([, name, quoted, plain]) => [name, quoted ?? plain]));
}

interface Part {
  uri: string;
  /** As `length@offset`, where the address holds more. */
  range?: string;
  durationUs: number;
}

/** What a player fetches of a media playlist: the initialisation segment and then the segments. */
function partsOf(playlist: string): Part[] {
  const [, uri = '', range] =
    /#EXT-X-MAP:URI="([^"]+)"(?:,BYTERANGE="([^"]+)")?/.exec(playlist) ?? [];
  const segments = playlist.matchAll(/#EXTINF:([\d.]+),.*\n(?:#EXT-X-BYTERANGE:(\S+)\n)?(\S+)/g);
  return [
    { uri, range, durationUs: 0 },
    ...[...segments].map(([, seconds, range, uri = '']) => ({
      ...{ uri, range, durationUs: Math.round(Number(seconds) * 1e6) },
    })),
  ];
}

async function readPlaylist(client: Client, address: string): Promise<string> {
  const answer = await client.ask('GET', address);
  expect([address, answer.status]).toEqual([address, 200]);
  return answer.text;
}

async function fetchPart(client: Client, playlist: string, { uri, range }: Part): Promise<Buffer> {
  const [length = 0, offset = 0] = (range ?? '').split('@').map(Number);
  const headers = { ...(range && { range: `bytes=${offset}-${offset + length - 1}` }) };
  const answer = await fetch(new URL(beside(client, playlist, uri), client.address), {
    headers: { cookie: client.cookie, ...headers },
  });
  expect(answer.status).toBe(range ? 206 : 200);
  const body = Buffer.from(await answer.arrayBuffer());
  expect(Number(answer.headers.get('content-length'))).toBe(body.length);
  if (range) expect(body.length).toBe(length);
  return body;
}

function beside(client: Client, address: string, relative: string): string {
  return new URL(relative, new URL(address, client.address)).pathname;
}
