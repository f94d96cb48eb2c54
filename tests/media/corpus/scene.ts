/**
 * What every film of the corpus shows: four corners in colours of their own, so that a turned or
 * mirrored picture shows itself; a grey ground, for colours; a bar that moves, for fields; and a white
 * flash at the moment of a beep.
 */

/** Red, green and blue, as they are to look on a screen. */
export type Colour = readonly [number, number, number];

export const ground: Colour = [0x60, 0x60, 0x60];
/** Clockwise from the upper left. */
export const corners: readonly Colour[] = [
  [0xc0, 0x20, 0x20],
  [0x20, 0xa0, 0x20],
  [0xc0, 0xc0, 0x20],
  [0x20, 0x20, 0xc0],
];

/** How a film's numbers stand for colours, and whether its header says so. */
export type ColourSystem =
  | 'bt709'
  | 'bt601'
  | 'full601'
  | 'untold709'
  | 'untold601'
  | 'rgb'
  | 'pq'
  | 'hlg';

const hex = (colour: Colour) =>
  `0x${colour.map((value) => value.toString(16).padStart(2, '0')).join('')}`;

/** A source for ffmpeg's `lavfi`. */
export function scene(
  {
    size,
    rate,
    seconds,
    flashMs,
  }: { size: string; rate: string; seconds: number; flashMs: number },
  system: ColourSystem,
): string {
  const [width = 0, height = 0] = size.split('x').map(Number);
  const box = (x: string, y: string, colour: Colour) =>
    `drawbox=x=${x}:y=${y}:w=iw/8:h=ih/8:c=${hex(colour)}:t=fill`;
  const [upperLeft, upperRight, lowerRight, lowerLeft] = corners as [
    Colour,
    Colour,
    Colour,
    Colour,
  ];
  const still = [
    `color=c=${hex(ground)}:s=${size}:r=${rate}:d=${seconds}`,
    'format=gbrp',
    box('0', '0', upperLeft),
    box('iw-iw/8', '0', upperRight),
    box('iw-iw/8', 'ih-ih/8', lowerRight),
    box('0', 'ih-ih/8', lowerLeft),
    `drawbox=x=iw/4:y=ih*3/8:w=iw/2:h=ih/4:c=white:t=fill:enable='between(t,${flashMs / 1000},${flashMs / 1000 + 0.2})'`,
  ].join(',');
  const bar = `color=c=white:s=${Math.ceil(width / 16)}x${Math.ceil(height / 8)}:r=${rate},format=gbrp`;
  const moved = `overlay=x='W/4+mod(W*t/2,W*7/16)':y='H*3/4':shortest=1:format=gbrp`;
  return `${still}[still];${bar}[bar];[still][bar]${moved},${encoded[system]}`;
}

const planes = (matrix: string, range: string) =>
  `scale=out_color_matrix=${matrix}:out_range=${range},format=yuv420p`;
const told = (name: string, range: string) =>
  `setparams=colorspace=${name}:color_primaries=${name}:color_trc=${name}:range=${range}`;
// Paper white at 203 cd/m², as ITU-R BT.2408 has it: 58 % of PQ's signal, 75 % of HLG's.
const bright = (transfer: string) =>
  `zscale=rin=pc:min=gbr:pin=bt709:tin=bt709:r=tv:m=bt2020nc:p=bt2020:t=${transfer}:npl=203,format=yuv420p10le`;

const encoded: Record<ColourSystem, string> = {
  bt709: `${planes('bt709', 'tv')},${told('bt709', 'tv')}`,
  bt601: `${planes('smpte170m', 'tv')},${told('smpte170m', 'tv')}`,
  full601: `${planes('smpte170m', 'pc')},${told('smpte170m', 'pc')}`,
  untold709: `${planes('bt709', 'tv')},${told('unknown', 'unspecified')}`,
  untold601: `${planes('smpte170m', 'tv')},${told('unknown', 'unspecified')}`,
  rgb: 'format=gbrp',
  pq: bright('smpte2084'),
  hlg: bright('arib-std-b67'),
};

/** A beep of a fifth of a second in silence, as a source for `lavfi`. */
export function beep(atMs: number, seconds: number, rate = 48_000): string {
  const from = atMs / 1000;
  return `aevalsrc='0.5*sin(2000*PI*t)*between(t,${from},${from + 0.2})':s=${rate}:d=${seconds}`;
}
