import { resolve } from 'node:path';

/** Where the two binaries are; version 5 or later. */
export type MediaTools = { ffmpegPath: string; ffprobePath: string };

/**
 * Containers that films come in, and sound alone. None of these demuxers opens further files or addresses: hls,
 * dash, concat, sdp, rtsp, image2 and their like are left out on purpose.
 */
const containers = [
  ...['mov', 'matroska', 'avi', 'mpegts', 'mpeg', 'flv', 'asf', 'ogg', 'mxf'],
  ...['mp3', 'aac', 'amr', 'wav', 'flac', 'aiff', 'caf'],
];

/**
 * What is read: the path of a file on this machine, or a loopback address (`http:`) that serves the bytes of
 * one object, in ranges, and nothing else.
 */
export type Source = string | URL;

/** Films of ours, one behind the other: the path of a list that we wrote, of names in its own folder. */
export type SourceList = { listPath: string };

/** Named by protocol, so that no file name can be read as an option, a pattern or an address. */
export function addressOf(source: Source | SourceList): string {
  if (source instanceof URL) return source.href;
  return `file:${resolve(typeof source === 'string' ? source : source.listPath)}`;
}

/** 8K; larger pictures are nobody's lesson. */
export const largestPicture = { side: 8192, pixels: 8192 * 4320 };

export const longestMs = 12 * 60 * 60 * 1000;

/**
 * Options in front of an input: bytes from strangers are opened as films or sound and nothing else, and by the one
 * protocol that the input itself needs.
 */
export function untrustedInput(source: Source | SourceList): string[] {
  const isList = typeof source === 'object' && 'listPath' in source;
  return [
    ...['-protocol_whitelist', source instanceof URL ? 'http,tcp' : 'file'],
    ...['-format_whitelist', isList ? 'concat,matroska' : containers.join(',')],
    ...['-max_streams', '100'],
    // For the decoders: a film may change its size after the header that was inspected.
    ...['-max_pixels', String(largestPicture.pixels)],
  ];
}
