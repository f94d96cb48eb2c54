import { resolve } from 'node:path';

/** Where the two binaries are; version 5 or later. */
export type MediaTools = { ffmpegPath: string; ffprobePath: string };

/**
 * Containers that films come in. None of these demuxers opens further files or addresses: hls,
 * dash, concat, sdp, rtsp, image2 and their like are left out on purpose.
 */
const containers = ['mov', 'matroska', 'avi', 'mpegts', 'mpeg', 'flv', 'asf', 'ogg', 'mxf'];

/** Named by protocol, so that no file name can be read as an option, a pattern or an address. */
export function fileAddress(path: string): string {
  return `file:${resolve(path)}`;
}

/** 8K; larger pictures are nobody's lesson. */
export const largestPicture = { side: 8192, pixels: 8192 * 4320 };

export const longestMs = 12 * 60 * 60 * 1000;

/** Options in front of every input: bytes from strangers are opened as films and nothing else. */
export const untrustedInput = [
  '-protocol_whitelist',
  'file',
  '-format_whitelist',
  containers.join(','),
  '-max_streams',
  '100',
  // For the decoders: a film may change its size after the header that was inspected.
  '-max_pixels',
  String(largestPicture.pixels),
];
