import { describe, expect, it } from 'vitest';
import {
  type AudioRendition,
  durationUsOf,
  type VideoRendition,
  writeMedia,
  writeMultivariant,
} from './index.ts';

const picture: VideoRendition = {
  kind: 'video',
  codec: 'avc1.64001f',
  width: 1280,
  height: 720,
  frameRate: 30000 / 1001,
  averageBandwidth: 1_200_000.2,
  peakBandwidth: 2_000_000,
  init: { offset: 0, length: 900 },
  segments: [
    { durationUs: 4_004_000, offset: 900, length: 1000 },
    { durationUs: 4_504_000, offset: 1900, length: 1000 },
    { durationUs: 33, offset: 2900, length: 10 },
  ],
};
const sound: AudioRendition = {
  kind: 'audio',
  codec: 'mp4a.40.2',
  channels: 2,
  averageBandwidth: 96_000,
  peakBandwidth: 100_000,
  init: { offset: 0, length: 700 },
  segments: [{ durationUs: 4_010_667, offset: 700, length: 5 }],
};
const address = (rendition: { kind: string }) => `${rendition.kind}.m3u8`;

describe('writeMultivariant', () => {
  it('names real codecs, bandwidths, size and rate, and the sound as a group', () => {
    expect(writeMultivariant([picture, sound], address)).toBe(`#EXTM3U
#EXT-X-VERSION:7
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Sound",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="audio.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=2100000,AVERAGE-BANDWIDTH=1296001,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=29.970,AUDIO="sound"
video.m3u8
`);
  });

  it('promises no sound where there is none', () => {
    const text = writeMultivariant([picture], address);
    expect(text).not.toContain('AUDIO');
    expect(text).toContain('CODECS="avc1.64001f",');
  });

  it('begins with what most connections carry, and leaves the others in their order', () => {
    const rates = [4_000_000, 2_400_000, 1_300_000, 400_000];
    const ladder = rates.map((averageBandwidth) => ({ ...picture, averageBandwidth }));
    const order = (renditions: VideoRendition[]) =>
      [
        ...writeMultivariant([...renditions, sound], (rendition) =>
          rendition.kind === 'video' ? `v${rendition.averageBandwidth}` : 'sound',
        ).matchAll(/^v(\d+)$/gm),
      ].map(([, rate]) => Number(rate));
    expect(order(ladder)).toEqual([1_300_000, 4_000_000, 2_400_000, 400_000]);
    expect(order(ladder.slice(0, 2))).toEqual([2_400_000, 4_000_000]);
    expect(order(ladder.slice(2))).toEqual([1_300_000, 400_000]);
  });

  it('offers sound alone as a variant', () => {
    const text = writeMultivariant([sound], address);
    expect(text).toContain('CODECS="mp4a.40.2"\naudio.m3u8');
    expect(text).not.toContain('RESOLUTION');
  });

  it('refuses to write an empty one', () => {
    expect(() => writeMultivariant([], address)).toThrow(RangeError);
  });
});

describe('writeMedia', () => {
  it('names ranges of what holds several parts', () => {
    const text = writeMedia(picture, (part) => ({
      uri: 'chunks/0.mp4',
      range: part === 'init' ? picture.init : (picture.segments[part] ?? picture.init),
    }));
    expect(text).toContain('#EXT-X-MAP:URI="chunks/0.mp4",BYTERANGE="900@0"\n');
    expect(text).toContain('#EXTINF:4.004000,\n#EXT-X-BYTERANGE:1000@900\nchunks/0.mp4\n');
    expect(text).toContain('#EXTINF:0.000033,\n#EXT-X-BYTERANGE:10@2900\nchunks/0.mp4\n');
  });

  it('gives every segment an address of its own and ends', () => {
    const text = writeMedia(picture, (part) => ({ uri: `${part}.m4s` }));
    expect(text).toBe(`#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:5
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MAP:URI="init.m4s"
#EXTINF:4.004000,
0.m4s
#EXTINF:4.504000,
1.m4s
#EXTINF:0.000033,
2.m4s
#EXT-X-ENDLIST
`);
  });

  it('has one target duration with what is played together with it', () => {
    const address = (part: number | string) => ({ uri: `${part}` });
    expect(writeMedia(sound, address)).toContain('#EXT-X-TARGETDURATION:4\n');
    expect(writeMedia(sound, address, [picture, sound])).toContain('#EXT-X-TARGETDURATION:5\n');
  });

  it('adds up', () => {
    expect(durationUsOf(picture)).toBe(8_508_033);
  });
});
