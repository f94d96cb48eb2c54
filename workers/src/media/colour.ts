/**
 * What a picture's numbers stand for. Every output says so: where nothing is said, players guess by the
 * size of the picture, so that each rung of one film would look different.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** In ffmpeg's words, told by the file or, where it doesn't, what players take it for. */
export type ColourFacts = { matrix: string; primaries: string; transfer: string };

type ToldColours = {
  codec_name?: string;
  width?: number;
  height?: number;
  color_space?: string;
  color_primaries?: string;
  color_transfer?: string;
};

// Only names that ffprobe and ffmpeg's filters have in common: a file may claim anything.
const matrices = ['bt709', 'smpte170m', 'bt470bg', 'smpte240m', 'fcc', 'bt2020nc'];
const primaries = ['bt709', 'smpte170m', 'bt470bg', 'smpte240m', 'bt2020', 'smpte431', 'smpte432'];
const transfers = [
  'bt709',
  'smpte170m',
  'bt470bg',
  'smpte240m',
  'iec61966-2-1',
  'bt2020-10',
].concat(['bt2020-12', 'smpte2084', 'arib-std-b67']);

/** @param stream as ffprobe describes it */
export function coloursOf(stream: ToldColours): ColourFacts {
  const told = (name = '', known: string[], otherwise: string) =>
    known.includes(name) ? name : otherwise;
  return {
    matrix: told(stream.color_space, matrices, guessedMatrix(stream)),
    primaries: told(stream.color_primaries, primaries, 'bt709'),
    transfer: told(stream.color_transfer, transfers, 'bt709'),
  };
}

function guessedMatrix({ codec_name, width = 0, height = 0 }: ToldColours): string {
  // RFC 6386 9.2 knows no other.
  if (codec_name === 'vp8') return 'smpte170m';
  return width >= 1280 || height > 576 ? 'bt709' : 'smpte170m';
}

type Picture = { pixelFormat: string; isHdr: boolean; colours: ColourFacts };

/**
 * Filters that scale a picture and bring it into 4:2:0, limited range and ordinary brightness, and say what
 * it is then.
 * @param size width and height in pixels
 */
export function scaledForVideo(video: Picture, size: string, canToneMap: boolean): string[] {
  if (video.isHdr && canToneMap) return [`scale=${size}`, ...toneMap, told(ordinary)];
  const isRgb = hasNoMatrix(video);
  return [
    `scale=${size}:out_range=tv${isRgb ? ':out_color_matrix=bt709' : ''}`,
    'format=yuv420p',
    told(isRgb ? { ...video.colours, matrix: 'bt709' } : video.colours),
  ];
}

/** The same for a JPEG, which always has the full range and the matrix of BT.601 (JFIF 1.02). */
export function scaledForJpeg(video: Picture, size: string, canToneMap: boolean): string[] {
  // By way of RGB: from one matrix and range to others at once, the matrix would be left as it is.
  return [
    ...scaledForVideo(video, size, canToneMap),
    ...['format=gbrp', 'scale=out_color_matrix=bt601:out_range=pc', 'format=yuvj420p'],
  ];
}

const ordinary: ColourFacts = { matrix: 'bt709', primaries: 'bt709', transfer: 'bt709' };

function told({ matrix, primaries, transfer }: ColourFacts): string {
  return `setparams=range=tv:colorspace=${matrix}:color_primaries=${primaries}:color_trc=${transfer}`;
}

function hasNoMatrix({ pixelFormat }: Picture): boolean {
  return /rgb|bgr|gbr|pal8/.test(pixelFormat);
}

// Paper white is 203 cd/m² (ITU-R BT.2408) and the brightest light 1000. Up to half of paper white's light,
// so faces and board alike, everything stays as it is; what is brighter is pressed into the rest.
const toneMap = [
  // Phones leave these two out at times, and zscale refuses to guess.
  'setparams=color_primaries=bt2020:colorspace=bt2020nc',
  'zscale=t=linear:npl=203',
  'format=gbrpf32le',
  'zscale=p=bt709',
  'tonemap=tonemap=mobius:param=0.5:peak=4.926:desat=0',
  'zscale=t=bt709:m=bt709:r=tv',
  'format=yuv420p',
];

const toneMapping = new Map<string, Promise<boolean>>();

/** Whether this ffmpeg has zscale and tonemap. */
export function canToneMap(ffmpegPath: string): Promise<boolean> {
  const known = toneMapping.get(ffmpegPath);
  if (known) return known;
  const asked = execute(ffmpegPath, ['-hide_banner', '-filters']).then(
    ({ stdout }) => / zscale /.test(stdout) && / tonemap /.test(stdout),
    () => false,
  );
  toneMapping.set(ffmpegPath, asked);
  return asked;
}
