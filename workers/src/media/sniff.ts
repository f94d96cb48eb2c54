/**
 * Recognises by their first bytes what people upload by mistake (or on purpose) instead of recordings,
 * so that they are told what it is and no demuxer ever sees a list of addresses.
 */
import type { FailureCode } from '@second-look/core/contract';

export type Sniffed =
  | { isRecording: false; failure: FailureCode }
  /** `knownContainer`: the start of a container of films or sound, whatever comes after. */
  | { isRecording: 'perhaps'; knownContainer: boolean };

/** How many bytes tell. */
export const sniffedBytes = 8192;

const pictureBrands = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1', 'avif'];

/** @param bytes the first ones of the file, as many as there are up to `sniffedBytes` */
export function recognise(bytes: Buffer): Sniffed {
  if (bytes.length === 0) return { isRecording: false, failure: 'empty_file' };
  if (isPicture(bytes)) return { isRecording: false, failure: 'picture' };
  const text = bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart()
    .toLowerCase();
  if (isPlaylist(text)) return { isRecording: false, failure: 'playlist' };
  if (/^(<!doctype html|<html|<head|<body|<script)/.test(text)) {
    return { isRecording: false, failure: 'web_page' };
  }
  return { isRecording: 'perhaps', knownContainer: isFilm(bytes) || isSound(bytes) };
}

function isPlaylist(text: string): boolean {
  return (
    /^(#extm3u|ffconcat version|\[playlist\]|\[reference\]|<asx|<smil|rtsptext|#ext-x-)/.test(
      text,
    ) ||
    /^v=0\r?\n[a-z]=/.test(text) ||
    /^file\s+['"/a-z]/.test(text) ||
    (text.startsWith('<') && /<(mpd|smoothstreamingmedia|smil|asx|playlist)[\s>]/.test(text))
  );
}

function isPicture(bytes: Buffer): boolean {
  const head = bytes.toString('latin1', 0, 16);
  const isIso = head.slice(4, 8) === 'ftyp';
  return (
    head.startsWith('\x89PNG') ||
    head.startsWith('\xff\xd8\xff') ||
    head.startsWith('GIF8') ||
    /^(II\*\0|MM\0\*)/.test(head) ||
    (head.startsWith('BM') && bytes.length > 14 && bytes.readUInt32LE(6) === 0) ||
    (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') ||
    (isIso && pictureBrands.includes(head.slice(8, 12)))
  );
}

function isSound(bytes: Buffer): boolean {
  const head = bytes.toString('latin1', 0, 12);
  return (
    head.startsWith('ID3') ||
    head.startsWith('fLaC') ||
    head.startsWith('#!AMR') ||
    head.startsWith('caff') ||
    (head.startsWith('FORM') && head.slice(8, 11) === 'AIF') ||
    // MP3, MP2 and AAC that begin with a frame: ISO/IEC 11172-3 2.4.1.3 and its 2.5 for low rates, 13818-7 6.2.
    /^\xff[\xe2-\xe5\xf0-\xf5\xf8-\xfd]/.test(head) ||
    (/^(RIFF|RF64)/.test(head) && head.slice(8, 12) === 'WAVE')
  );
}

/**
 * Whether it is frames one after another and nothing in front of them: how long they play is known only at
 * their end, and a moment is found by counting.
 * @param container ffmpeg's name for it
 */
export function hasNoIndex(container: string): boolean {
  return ['mp3', 'aac', 'amr'].includes(container);
}

function isFilm(bytes: Buffer): boolean {
  const head = bytes.toString('latin1', 0, 12);
  return (
    ['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip'].includes(head.slice(4, 8)) ||
    head.startsWith('\x1aE\xdf\xa3') ||
    (head.startsWith('RIFF') && head.slice(8, 11) === 'AVI') ||
    head.startsWith('FLV') ||
    head.startsWith('OggS') ||
    head.startsWith('0&\xb2u') ||
    head.startsWith('\0\0\x01\xba')
  );
}

/**
 * Whether an MPEG transport stream ends inside a packet. Nothing else tells that it was cut off: it has no
 * length in front and no index.
 */
export function isPartOfPacket(bytes: Buffer, sizeBytes: number): boolean {
  const packet = transportPacketBytes(bytes);
  return packet !== null && sizeBytes % packet !== 0;
}

/** 188 bytes, or 192 as camcorders write it, with four bytes in front of each (ISO/IEC 13818-1 2.4.3.2). */
function transportPacketBytes(bytes: Buffer): number | null {
  const isPacked = (length: number, first: number) =>
    [0, 1, 2, 3, 4].every((packet) => bytes[first + packet * length] === 0x47);
  if (isPacked(188, 0)) return 188;
  return isPacked(192, 4) ? 192 : null;
}
