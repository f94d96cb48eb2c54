import { describe, expect, it } from 'vitest';
import { bandwidths, codecOf, parseByteRanges, segmentTimer } from './segments.ts';

const written = `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:4
#EXT-X-MAP:URI="a.m4s",BYTERANGE="814@0"
#EXTINF:4.004000,
#EXT-X-BYTERANGE:1000@814
a.m4s
#EXTINF:0.033367,
#EXT-X-BYTERANGE:20@1814
a.m4s
#EXT-X-ENDLIST
`;

describe('parseByteRanges', () => {
  it('keeps microseconds and bytes', () => {
    expect(parseByteRanges(written)).toEqual({
      init: { offset: 0, length: 814 },
      segments: [
        { durationUs: 4_004_000, offset: 814, length: 1000 },
        { durationUs: 33_367, offset: 1814, length: 20 },
      ],
    });
  });

  it('refuses a playlist without an end or without segments', () => {
    expect(() => parseByteRanges(written.replace('#EXT-X-ENDLIST', ''))).toThrow('not complete');
    expect(() => parseByteRanges(written.replaceAll('EXTINF', 'X'))).toThrow('no segments');
  });
});

describe('segmentTimer', () => {
  it('measures from first picture to first picture, whatever packets claim to last', () => {
    const { segments } = parseByteRanges(written);
    const timer = segmentTimer(segments);
    timer.onPacket(21_000, 900, Number.NaN);
    timer.onPacket(3_000_000, 1000, Number.NaN);
    timer.onPacket(5_000_000, 1830, Number.NaN);
    timer.onPacket(5_500_000, 1832, Number.NaN);
    expect(timer.timed(0).map((segment) => segment.durationUs)).toEqual([5_000_000, 1_000_000]);
  });
});

describe('bandwidths', () => {
  it('leaves a last segment of one picture out of the peak', () => {
    const { segments } = parseByteRanges(written);
    expect(bandwidths(segments)).toEqual({ averageBandwidth: 2021, peakBandwidth: 2021 });
    const busy = [{ durationUs: 1_000_000, offset: 0, length: 125 }, ...segments];
    expect(bandwidths(busy).peakBandwidth).toBe(1998);
  });
});

describe('codecOf', () => {
  it('reads H.264 from its configuration', () => {
    const init = Buffer.concat([Buffer.from('....avcC'), Buffer.from([1, 0x64, 0, 0x1f, 255])]);
    expect(codecOf(init)).toBe('avc1.64001f');
  });

  it('refuses what it does not know', () => {
    expect(() => codecOf(Buffer.from('hvcC'))).toThrow('no codec known');
  });
});
