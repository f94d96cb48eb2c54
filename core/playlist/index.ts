/**
 * HLS playlists (RFC 8216, protocol version 7, fragmented MP4), written from what came out of the
 * encoder. Pure text: whoever calls decides what the addresses look like.
 */

export { pieceLengthsUs, pieceMs, type Stretch, stretches } from './stretches.ts';

/** A range of bytes inside a rendition's one file. */
export type ByteRange = { offset: number; length: number };

/** One stretch that a player asks for by itself. */
export type Segment = ByteRange & { durationUs: number };

type RenditionBase = {
  /** RFC 6381, for example `avc1.64001f` or `mp4a.40.2`. */
  codec: string;
  /** Bits per second over the whole. */
  averageBandwidth: number;
  /** Bits per second of the busiest segment. */
  peakBandwidth: number;
  init: ByteRange;
  segments: Segment[];
};

export type VideoRendition = RenditionBase & {
  kind: 'video';
  width: number;
  height: number;
  /** Pictures per second, averaged where the source's rate varies. */
  frameRate: number;
};

export type AudioRendition = RenditionBase & { kind: 'audio'; channels: number };

export type Rendition = VideoRendition | AudioRendition;

/** What a media playlist points to: the initialisation segment, or a segment by its index. */
export type PlaylistPart = 'init' | number;

/** Where a player finds a part: at a (relative) address of its own, or in a range of one that holds several. */
export type PartPlace = { uri: string; range?: ByteRange };

const audioGroup = 'sound';

/**
 * Apple's players start with the variant that is listed first, which is to be one of about 2 Mbit/s (HLS
 * Authoring Specification); others choose by themselves.
 */
const startingBandwidth = 2_000_000;

/**
 * The playlist that offers every rendition. What a player starts with comes first: what most connections carry.
 * @param renditions all renditions of one cut
 * @param uriFor the (relative) address of a rendition's media playlist
 * @throws RangeError without any rendition
 */
export function writeMultivariant<R extends Rendition>(
  renditions: readonly R[],
  uriFor: (rendition: R) => string,
): string {
  if (renditions.length === 0) throw new RangeError('A playlist needs at least one rendition.');
  const sounds = renditions.filter((rendition) => rendition.kind === 'audio');
  const pictures = renditions.filter((rendition) => rendition.kind === 'video');
  const lines = ['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS'];

  if (pictures.length === 0) {
    for (const sound of sounds) {
      lines.push(`#EXT-X-STREAM-INF:${variantAttributes([sound])}`, uriFor(sound));
    }
    return `${lines.join('\n')}\n`;
  }

  sounds.forEach((sound, index) => {
    const isFirst = index === 0 ? 'YES' : 'NO';
    const channels = sound.kind === 'audio' ? sound.channels : 2;
    lines.push(
      `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="${audioGroup}",NAME="Sound${index ? ` ${index + 1}` : ''}",` +
        `DEFAULT=${isFirst},AUTOSELECT=YES,CHANNELS="${channels}",URI="${uriFor(sound)}"`,
    );
  });
  for (const picture of startingFirst(pictures)) {
    const together = [picture, ...widest(sounds)];
    lines.push(
      `#EXT-X-STREAM-INF:${variantAttributes(together)}${sounds.length ? `,AUDIO="${audioGroup}"` : ''}`,
      uriFor(picture),
    );
  }
  return `${lines.join('\n')}\n`;
}

/**
 * The complete playlist of one rendition.
 * @param together the renditions that are played together with it, itself among them: RFC 8216 6.2.4 wants
 * one target duration for all
 */
export function writeMedia(
  rendition: Rendition,
  placeOf: (part: PlaylistPart) => PartPlace,
  together: readonly Rendition[] = [rendition],
): string {
  const init = placeOf('init');
  const target = Math.max(...together.map(({ segments }) => targetSeconds(segments)));
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${target}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    `#EXT-X-MAP:URI="${init.uri}"${init.range ? `,BYTERANGE="${inBytes(init.range)}"` : ''}`,
  ];
  rendition.segments.forEach((segment, index) => {
    const { uri, range } = placeOf(index);
    lines.push(`#EXTINF:${seconds(segment.durationUs)},`);
    if (range) lines.push(`#EXT-X-BYTERANGE:${inBytes(range)}`);
    lines.push(uri);
  });
  lines.push('#EXT-X-ENDLIST');
  return `${lines.join('\n')}\n`;
}

/** RFC 8216 4.3.3.1: no segment, rounded to the nearest second, may be longer than this. */
export function targetSeconds(segments: readonly Pick<Segment, 'durationUs'>[]): number {
  const longestUs = segments.reduce((most, { durationUs }) => Math.max(most, durationUs), 0);
  return Math.max(1, Math.round(longestUs / 1_000_000));
}

/** How long a rendition plays, in microseconds. */
export function durationUsOf(rendition: Rendition): number {
  return rendition.segments.reduce((sum, segment) => sum + segment.durationUs, 0);
}

function startingFirst<R extends Rendition>(pictures: readonly R[]): R[] {
  const byRate = [...pictures].sort((a, b) => a.averageBandwidth - b.averageBandwidth);
  const isCarried = ({ averageBandwidth }: R) => averageBandwidth <= startingBandwidth;
  const start = byRate.findLast(isCarried) ?? byRate[0];
  return [...pictures].sort((a, b) => Number(b === start) - Number(a === start));
}

// RFC 8216 4.3.4.2: BANDWIDTH is that of the variant together with the heaviest sound it can play.
function widest<R extends Rendition>(sounds: readonly R[]): R[] {
  return [...sounds].sort((a, b) => b.peakBandwidth - a.peakBandwidth).slice(0, 1);
}

function variantAttributes(together: readonly Rendition[]): string {
  const total = (of: (rendition: Rendition) => number) =>
    Math.ceil(together.reduce((sum, rendition) => sum + of(rendition), 0));
  const picture = together.find((rendition) => rendition.kind === 'video');
  return [
    `BANDWIDTH=${total((rendition) => rendition.peakBandwidth)}`,
    `AVERAGE-BANDWIDTH=${total((rendition) => rendition.averageBandwidth)}`,
    `CODECS="${together.map((rendition) => rendition.codec).join(',')}"`,
    ...(picture
      ? [
          `RESOLUTION=${picture.width}x${picture.height}`,
          `FRAME-RATE=${picture.frameRate.toFixed(3)}`,
        ]
      : []),
  ].join(',');
}

// RFC 8216 4.3.2.2: the length, and where it begins.
function inBytes({ offset, length }: ByteRange): string {
  return `${length}@${offset}`;
}

function seconds(durationUs: number): string {
  return `${Math.floor(durationUs / 1_000_000)}.${String(durationUs % 1_000_000).padStart(6, '0')}`;
}
