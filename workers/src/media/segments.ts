/**
 * Reads back what ffmpeg's HLS muxer wrote: one file, its byte ranges, and the codec it really has.
 */
import { open, readFile } from 'node:fs/promises';
import { type ByteRange, type Segment, targetSeconds } from '@second-look/core/playlist';
import { MediaFailure } from './failure.ts';

export type FragmentedFile = { init: ByteRange; fragments: Segment[]; codec: string };

/**
 * Parses ffmpeg's own byte-range playlist (`-hls_flags single_file`). Where nothing could be decoded it names
 * fragments of no bytes, which are left out.
 * @throws MediaFailure `no_picture` where there is no other; Error where it isn't complete
 */
export function parseByteRanges(playlist: string): Omit<FragmentedFile, 'codec'> {
  const map = /#EXT-X-MAP:.*BYTERANGE="(\d+)@(\d+)"/.exec(playlist);
  if (!map || !playlist.includes('#EXT-X-ENDLIST'))
    throw new Error('The playlist is not complete.');
  const entry = /#EXTINF:(\d+)\.(\d{1,6})\d*,.*\n#EXT-X-BYTERANGE:(\d+)@(\d+)/g;
  const fragments = [...playlist.matchAll(entry)].map(([, whole, part = '', length, offset]) => ({
    durationUs: Number(whole) * 1_000_000 + Number(part.padEnd(6, '0')),
    offset: Number(offset),
    length: Number(length),
  }));
  if (fragments.length === 0) throw new Error('The playlist has no segments.');
  const filled = fragments.filter(({ length }) => length > 0);
  if (filled.length === 0) throw new MediaFailure('no_picture', 'Every segment is empty.');
  return { init: { length: Number(map[1]), offset: Number(map[2]) }, fragments: filled };
}

/**
 * Times fragments by the packets in them. The muxer adds up what its packets claim to last, which is
 * wrong wherever the source's rate varies; a player wants to know when the next one starts.
 */
export function fragmentTimer(fragments: readonly Segment[]) {
  const startsUs: number[] = [];
  let at = 0;
  let endUs = 0;
  let lastUs = Number.NaN;
  let lastIntervalUs = 0;
  return {
    /** Packets in the order of the file, none before the one ahead of it. */
    onPacket(us: number, position: number, durationUs: number) {
      while (position >= (fragments[at + 1]?.offset ?? Infinity)) at += 1;
      startsUs[at] ??= us;
      if (us > lastUs) lastIntervalUs = us - lastUs;
      lastUs = us;
      endUs = us + (durationUs > 0 ? durationUs : lastIntervalUs || 40_000);
    },
    /** The fragments with their times. @param toUs where the last one ends; by its packets without */
    timed(toUs: number | null): Segment[] {
      return fragments.map((fragment, index) => {
        const fromUs = startsUs[index] ?? endUs;
        const nextUs = startsUs[index + 1] ?? toUs ?? endUs;
        return { ...fragment, durationUs: Math.max(1, nextUs - fromUs) };
      });
    },
  };
}

/**
 * Joins fragments to the segments that a player asks for, by a grid that counts from the start of their chunk.
 * @param lateUs how far behind the chunk's start its first picture is
 * @param lengthUs of a segment: it holds the fragments that begin inside its part of the grid
 */
export function joined(
  fragments: readonly Segment[],
  { lateUs, lengthUs }: { lateUs: number; lengthUs: number },
): Segment[] {
  const segments: Segment[] = [];
  let atUs = lateUs;
  let lastSlot = -1;
  for (const { durationUs, offset, length } of fragments) {
    const slot = Math.floor((atUs + slackUs) / lengthUs);
    const last = segments.at(-1);
    if (last && slot === lastSlot) {
      last.durationUs += durationUs;
      last.length = offset + length - last.offset;
    } else segments.push({ durationUs, offset, length });
    lastSlot = slot;
    atUs += durationUs;
  }
  return segments;
}

/** Key frames are timed to the container's tick, which may round down. */
const slackUs = 2_500;

/**
 * Bits per second, over all and at the peak: in the busiest stretch of whole segments that lasts between half
 * and one and a half of the target duration (RFC 8216 4.1). A last segment of one picture says nothing by itself.
 */
export function bandwidths(segments: readonly Segment[]) {
  const bits = segments.reduce((sum, segment) => sum + segment.length * 8, 0);
  const durationUs = segments.reduce((sum, segment) => sum + segment.durationUs, 0);
  const averageBandwidth = Math.round((bits * 1e6) / Math.max(1, durationUs));
  return { averageBandwidth, peakBandwidth: Math.max(averageBandwidth, peakOf(segments)) };
}

function peakOf(segments: readonly Segment[]): number {
  const targetUs = targetSeconds(segments) * 1e6;
  let peak = 0;
  for (const from of segments.keys()) {
    let bits = 0;
    let durationUs = 0;
    for (let at = from; durationUs <= targetUs * 1.5; at += 1) {
      const segment = segments[at];
      if (!segment) break;
      bits += segment.length * 8;
      durationUs += segment.durationUs;
      const isMeasured = durationUs >= targetUs / 2 && durationUs <= targetUs * 1.5;
      if (isMeasured) peak = Math.max(peak, (bits * 1e6) / durationUs);
    }
  }
  return Math.ceil(peak);
}

/** Reads a playlist and the initialisation segment of the file it describes. */
export async function readFragmentedFile(
  playlistPath: string,
  filePath: string,
): Promise<FragmentedFile> {
  const ranges = parseByteRanges(await readFile(playlistPath, 'utf8'));
  const file = await open(filePath, 'r');
  try {
    const init = Buffer.alloc(ranges.init.length);
    await file.read(init, 0, init.length, ranges.init.offset);
    const endBytes = Math.max(...ranges.fragments.map(({ offset, length }) => offset + length));
    if ((await file.stat()).size < endBytes) throw new Error('The file ends before its playlist.');
    return { ...ranges, codec: codecOf(init) };
  } finally {
    await file.close();
  }
}

/**
 * The RFC 6381 name of an initialisation segment's codec.
 * @throws Error for anything but H.264 and MPEG-4 audio
 */
export function codecOf(init: Buffer): string {
  const avc = init.indexOf('avcC');
  if (avc >= 0) {
    // ISO/IEC 14496-15 5.3.3.1: version, then profile, compatibility and level.
    return `avc1.${init.subarray(avc + 5, avc + 8).toString('hex')}`;
  }
  const esds = init.indexOf('esds');
  if (esds >= 0) return `mp4a.40.${audioObjectType(init.subarray(esds + 8))}`;
  throw new Error('The initialisation segment names no codec known here.');
}

/** ISO/IEC 14496-1 7.2.6: descriptors by tag; 5 holds the decoder's configuration. */
function audioObjectType(descriptors: Buffer): number {
  let at = 0;
  while (at < descriptors.length) {
    const tag = descriptors[at];
    at += 1;
    while ((descriptors[at] ?? 0) & 0x80) at += 1;
    at += 1;
    if (tag === 5) return (descriptors[at] ?? 0) >> 3;
    if (tag === 3) at += 3;
    else if (tag === 4) at += 13;
    else break;
  }
  throw new Error('The sound has no decoder configuration.');
}
