import { describe, expect, it } from 'vitest';
import { MediaFailure } from './failure.ts';
import { bandwidths, codecOf, fragmentTimer, joined, parseByteRanges } from './segments.ts';

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
      fragments: [
        { durationUs: 4_004_000, offset: 814, length: 1000 },
        { durationUs: 33_367, offset: 1814, length: 20 },
      ],
    });
  });

  it('leaves out segments of no bytes, and says where there is nothing else', () => {
    const empty = written.replace('20@1814', '0@1814');
    expect(parseByteRanges(empty).fragments).toEqual([
      { durationUs: 4_004_000, offset: 814, length: 1000 },
    ]);
    expect(() => parseByteRanges(empty.replace('1000@814', '0@814'))).toThrow(MediaFailure);
  });

  it('refuses a playlist without an end or without segments', () => {
    expect(() => parseByteRanges(written.replace('#EXT-X-ENDLIST', ''))).toThrow('not complete');
    expect(() => parseByteRanges(written.replaceAll('EXTINF', 'X'))).toThrow('no segments');
  });
});

describe('fragmentTimer', () => {
  it('measures from first picture to first picture, whatever packets claim to last', () => {
    const { fragments } = parseByteRanges(written);
    const timer = fragmentTimer(fragments);
    timer.onPacket(0, 900, Number.NaN);
    timer.onPacket(3_000_000, 1000, Number.NaN);
    timer.onPacket(5_000_000, 1830, Number.NaN);
    timer.onPacket(5_500_000, 1832, Number.NaN);
    const lengths = (toUs: number | null) => timer.timed(toUs).map(({ durationUs }) => durationUs);
    expect(lengths(null)).toEqual([5_000_000, 1_000_000]);
    expect(lengths(8_000_000), 'where somebody knows when the next picture comes').toEqual([
      5_000_000, 3_000_000,
    ]);
  });
});

describe('joined', () => {
  const fragments = (...lengthsUs: number[]) =>
    lengthsUs.map((durationUs, index) => ({ durationUs, offset: 100 + index * 10, length: 10 }));
  const grid = { lateUs: 0, lengthUs: 4_000_000 };

  it('keeps to a grid that counts from the chunk’s start, however late its first picture is', () => {
    const two = fragments(1_990_000, 1_980_000, 2_000_000, 2_000_000);
    expect(joined(two, { ...grid, lateUs: 30_000 })).toEqual([
      { durationUs: 3_970_000, offset: 100, length: 20 },
      { durationUs: 4_000_000, offset: 120, length: 20 },
    ]);
  });

  it('leaves a picture that stays long as it is', () => {
    expect(joined(fragments(11_000_000, 1_000_000, 1_000_000), grid)).toEqual([
      { durationUs: 11_000_000, offset: 100, length: 10 },
      { durationUs: 1_000_000, offset: 110, length: 10 },
      { durationUs: 1_000_000, offset: 120, length: 10 },
    ]);
  });
});

describe('bandwidths', () => {
  const segments = (...sizes: [durationUs: number, length: number][]) =>
    sizes.map(([durationUs, length]) => ({ durationUs, offset: 0, length }));

  it('takes a last segment of one picture together with the one before it', () => {
    const { fragments } = parseByteRanges(written);
    expect(bandwidths(fragments)).toEqual({ averageBandwidth: 2021, peakBandwidth: 2022 });
    const busy = segments([4_000_000, 1000], [4_000_000, 1000], [500_000, 1000]);
    expect(bandwidths(busy)).toEqual({ averageBandwidth: 2824, peakBandwidth: 3556 });
  });

  it('takes none that is longer than a player has to keep up with', () => {
    const uneven = segments([12_000_000, 12_000], [1_000_000, 9_000], [6_000_000, 6_000]);
    expect(bandwidths(uneven).peakBandwidth).toBe(Math.ceil((15_000 * 8) / 7));
    expect(bandwidths(segments([100_000, 100]))).toEqual({
      averageBandwidth: 8000,
      peakBandwidth: 8000,
    });
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
