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

/**
 * Fetches every media playlist of a recording and every part of it, as a player does, redirects included.
 * @returns a file of each rendition, in `folder`
 */
export async function fetchRenditions(
  client: Client,
  recordingId: string,
  folder: string,
): Promise<{ kind: string; path: string }[]> {
  const entry = await client.ask('GET', `/api/recordings/${recordingId}/media/main.m3u8`);
  const main = entry.headers.get('location') ?? '';
  const text = await readPlaylist(client, main);
  const pictures = urisOf(text).map((uri) => ({ kind: 'video', uri }));
  const sounds = [...text.matchAll(/TYPE=AUDIO.*URI="([^"]+)"/g)].map(([, uri = '']) => ({
    kind: 'audio',
    uri,
  }));
  return Promise.all(
    [...pictures, ...sounds].map(async ({ kind, uri }) => {
      const medium = beside(client, main, uri);
      const list = await readPlaylist(client, medium);
      expect(list).toContain('#EXT-X-ENDLIST');
      expect(list).toContain('#EXT-X-PLAYLIST-TYPE:VOD');
      const parts: Buffer[] = [];
      for (const part of partsOf(list)) parts.push(await fetchPart(client, medium, part));
      const path = join(folder, `${randomUUID()}.mp4`);
      await writeFile(path, Buffer.concat(parts));
      return { kind, path };
    }),
  );
}

/** The lines of a playlist that are addresses. */
function urisOf(playlist: string): string[] {
  return [...playlist.matchAll(/^([^#\s]\S*)$/gm)].map(([, uri = '']) => uri);
}

interface Part {
  uri: string;
  /** As `length@offset`, where the address holds more. */
  range?: string;
}

/** What a player fetches of a media playlist: the initialisation segment and then the segments. */
function partsOf(playlist: string): Part[] {
  const [, uri = '', range] =
    /#EXT-X-MAP:URI="([^"]+)"(?:,BYTERANGE="([^"]+)")?/.exec(playlist) ?? [];
  const segments = playlist.matchAll(/#EXTINF:.*\n(?:#EXT-X-BYTERANGE:(\S+)\n)?(\S+)/g);
  return [{ uri, range }, ...[...segments].map(([, range, uri = '']) => ({ uri, range }))];
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
