/**
 * The ordinary films that schools have, as a list: how ffmpeg makes each, and what is to come of it.
 * Everything that is left out is as in `usual`.
 */
import type { ColourSystem } from './scene.ts';

export interface Film {
  /** Its ending names the container. */
  name: string;
  /** Only in the full tier: much like another one. */
  isFull?: true;
  size: string;
  rate: string;
  seconds: number;
  /** When the flash and the beep come, on the film's own clock. */
  flashMs: number;
  colours: ColourSystem;
  /** After the scene was drawn; may change its rate and size. */
  filters?: string;
  /** ffmpeg's options for the pictures, for the sound, and for the container. */
  picture: string;
  sound: string | null;
  container?: string;
  soundRate: number;
  /** The sound begins so late. */
  soundAtMs: number;
  /** Written where nothing can be corrected afterwards: no duration, no index. */
  isPiped?: true;
  /** More than one picture and one sound, as cameras and recorders add it. */
  beside?: 'data' | 'phone data' | 'second sound' | 'unknown sound' | 'cover';
  /** Said to be turned clockwise, by a matrix. */
  turn?: 90 | 180 | 270;
  /** Shortened at its start without encoding anew: pictures before it are there and not shown. */
  trimMs?: number;
  /** Cut off after this part of its bytes. */
  keep?: number;
  expected: {
    width: number;
    height: number;
    durationMs: number;
    /** Where it isn't simply as many as there are in the source. */
    pictures?: number;
    isIncomplete?: true;
  };
}

const h264 =
  '-c:v:0 libx264 -preset ultrafast -x264-params bframes=2:b-adapt=0:keyint=30 -pix_fmt yuv420p';
/** Without pictures that are shown later than they were written. */
const plain = h264.replace('bframes=2', 'bframes=0');
const hevc = (format: string, more = '') =>
  `-c:v libx265 -preset ultrafast -pix_fmt ${format} -tag:v hvc1 -x265-params log-level=error${more}`;
const vp8 = '-c:v libvpx -deadline realtime -cpu-used 8 -b:v 600k';
const vp9 = '-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 600k';
const aac = '-c:a aac -b:a 96k -ac 2';
const opus = '-c:a libopus -b:a 64k -ac 1';
const bright = (transfer: string) =>
  hevc('yuv420p10le', `:crf=12:colorprim=bt2020:transfer=${transfer}:colormatrix=bt2020nc`);
const passthrough = '-fps_mode passthrough';
/** As MediaRecorder writes it. */
const live = { container: '-f webm -live 1', isPiped: true, rate: '30' } as const;
const fragments = '-f mp4 -movflags frag_keyframe+empty_moov+default_base_moof';
const ts = '-f mpegts -muxdelay 0 -muxpreload 0';
const interlaced = { rate: '50', filters: 'tinterlace=mode=interleave_top,fieldorder=tff' };

const usual = {
  size: '640x360',
  rate: '25',
  seconds: 2.4,
  flashMs: 1000,
  colours: 'bt709',
  picture: h264,
  sound: aac,
  soundRate: 48_000,
  soundAtMs: 0,
} as const;

type Entry = Partial<Film> & {
  name: string;
  shown?: string;
  pictures?: number;
  durationMs?: number;
};

const entries: Entry[] = [
  // Phones.
  { name: 'portrait-90.mp4', size: '1280x720', turn: 90, shown: '720x1280' },
  { name: 'portrait-270.mov', turn: 270, shown: '360x640' },
  { name: 'upside-down.mp4', turn: 180 },
  {
    name: 'jitter.mp4',
    rate: '30',
    filters: "settb=1/90000,setpts='(N/30+0.009*sin(N*1.7))/TB'",
    picture: `${h264} ${passthrough} -enc_time_base 1:90000`,
    container: '-video_track_timescale 90000',
  },
  { name: 'hevc.mov', picture: hevc('yuv420p') },
  { name: 'hevc-10-bit.mp4', picture: hevc('yuv420p10le'), isFull: true },
  { name: 'hdr-hlg.mov', colours: 'hlg', picture: bright('arib-std-b67') },
  { name: 'hdr-pq.mp4', colours: 'pq', picture: bright('smpte2084') },
  { name: 'full-range.mp4', colours: 'full601' },
  { name: 'phone-data.mov', beside: 'phone data' },
  // Keyframes come every 1.2 s.
  { name: 'trimmed.mov', seconds: 3.4, flashMs: 2000, trimMs: 1600, durationMs: 1800 },
  { name: 'spatial-sound.mov', beside: 'unknown sound' },
  {
    name: 'old-phone.3gp',
    size: '352x288',
    rate: '15',
    colours: 'untold601',
    picture: '-c:v h263 -b:v 300k',
    sound: '-c:a libopencore_amrnb -ar 8000 -ac 1 -b:a 12.2k',
  },
  // Cameras.
  { name: 'ntsc.mp4', rate: '30000/1001' },
  { name: 'fifty.mp4', rate: '50' },
  { name: 'sixty.mp4', rate: '60', isFull: true },
  { name: 'sixty-ntsc.mov', rate: '60000/1001', isFull: true },
  { name: 'action.mp4', beside: 'data', container: '-f mov' },
  { name: 'untold-720.mp4', size: '1280x720', colours: 'untold709', isFull: true },
  { name: 'pcm.mov', sound: '-c:a pcm_s16le -ac 2' },
  { name: 'two-sounds.mov', beside: 'second sound' },
  {
    name: 'ten-bit.mov',
    picture: h264.replace('yuv420p', 'yuv422p10le'),
    sound: '-c:a pcm_s24le -ac 2',
    isFull: true,
  },
  {
    name: 'edited.mov',
    picture: '-c:v prores_ks -profile:v 1 -pix_fmt yuv422p10le',
    sound: '-c:a pcm_s24le -ac 2',
    isFull: true,
  },
  {
    name: 'studio.mxf',
    picture: '-c:v mpeg2video -pix_fmt yuv422p -b:v 6M',
    sound: '-c:a pcm_s16le -ac 1',
    isFull: true,
  },
  { name: 'surround.mkv', sound: '-c:a ac3 -ac 6', isFull: true },
  { name: 'cover.mp4', beside: 'cover', isFull: true },
  {
    name: 'avchd.mts',
    ...interlaced,
    size: '720x576',
    colours: 'bt601',
    picture: '-c:v libx264 -preset ultrafast -flags +ilme+ildct -x264-params tff=1 -aspect 16:9',
    sound: '-c:a ac3 -ac 2',
    container: `${ts} -mpegts_m2ts_mode 1`,
    shown: '1024x576',
  },
  {
    name: 'dvd-camera.mpg',
    ...interlaced,
    size: '720x576',
    colours: 'untold601',
    picture: '-c:v mpeg2video -flags +ilme+ildct -b:v 4M -aspect 4:3',
    sound: '-c:a mp2 -ac 2',
    container: '-f vob -muxpreload 0 -muxdelay 0.2',
    shown: '768x576',
    isFull: true,
  },
  {
    name: 'pocket-camera.avi',
    size: '320x240',
    rate: '15',
    colours: 'full601',
    picture: '-c:v mjpeg -q:v 4 -pix_fmt yuvj420p',
    sound: '-c:a pcm_u8 -ar 11025 -ac 1',
    isFull: true,
  },
  { name: 'digital-8.avi', ...dv(), isFull: true },
  // Computers.
  {
    name: 'screen.mp4',
    seconds: 9,
    filters: "select='lt(t,1.3)+between(t,5,5.2)+gte(t,8.6)'",
    picture: `${h264} ${passthrough}`,
  },
  {
    name: 'screen.webm',
    ...live,
    seconds: 9,
    filters: "select='lt(t,1.3)+between(t,5,5.2)+gte(t,8.6)'",
    picture: `${vp9} ${passthrough}`,
    sound: opus,
  },
  {
    name: 'browser-vp8.webm',
    ...live,
    size: '1280x720',
    colours: 'untold601',
    picture: vp8,
    sound: opus,
  },
  { name: 'browser-vp9.webm', ...live, picture: vp9, sound: opus },
  {
    name: 'browser-av1.webm',
    ...live,
    size: '320x180',
    picture: '-c:v libsvtav1 -preset 12 -b:v 300k',
    sound: opus,
  },
  {
    name: 'browser-h264.mkv',
    ...live,
    container: '-f matroska -live 1',
    sound: opus,
    isFull: true,
  },
  {
    name: 'screen-rgb.mkv',
    colours: 'rgb',
    picture: '-c:v libx264rgb -preset ultrafast -qp 0',
    isFull: true,
  },
  { name: 'browser.mp4', picture: plain, container: fragments, isPiped: true, sound: opus },
  { name: 'odd.webm', size: '853x481', picture: vp9, sound: opus, shown: '852x480' },
  {
    name: 'odd.avi',
    size: '853x481',
    colours: 'untold601',
    picture: '-c:v mpeg4 -b:v 1M -bf 2',
    sound: '-c:a libmp3lame -ac 2',
    shown: '852x480',
  },
  {
    name: 'old.wmv',
    colours: 'untold601',
    picture: '-c:v wmv2 -b:v 1M',
    sound: '-c:a wmav2 -ac 2',
    // Its sound comes in pieces of 43 ms.
    durationMs: 2443,
    isFull: true,
  },
  {
    name: 'lecture.flv',
    colours: 'untold601',
    picture: '-c:v flv -b:v 1M',
    sound: '-c:a libmp3lame -ar 44100 -ac 1',
    isFull: true,
  },
  {
    name: 'theora.ogv',
    colours: 'untold601',
    picture: '-c:v libtheora -b:v 1M',
    sound: '-c:a libvorbis',
    isFull: true,
  },
  // Clocks.
  { name: 'no-sound.mp4', sound: null },
  { name: 'late-sound.mkv', soundAtMs: 700 },
  { name: 'late-start.ts', container: `${ts} -output_ts_offset 31` },
  { name: 'late-start.mkv', container: '-output_ts_offset 31', isFull: true },
  // 2^33 ticks of 90 kHz are 95443.718 s: the clock begins anew inside the film.
  { name: 'wrapping-clock.ts', container: `${ts} -output_ts_offset 95442.2` },
  // Cut off in the middle.
  { name: 'cut.mp4', ...cut(), picture: plain, container: fragments, isPiped: true },
  { name: 'cut.mkv', ...cut() },
  { name: 'cut.webm', ...cut(), ...live, colours: 'untold601', picture: vp8, sound: opus },
  { name: 'cut.ts', ...cut(), container: ts },
];

export const films: Film[] = entries.map(({ shown, pictures, durationMs, ...entry }) => {
  const film = { ...usual, ...entry };
  const [width = 0, height = 0] = (shown ?? film.size).split('x').map(Number);
  return {
    ...film,
    expected: {
      width,
      height,
      durationMs: durationMs ?? Math.round(film.seconds * 1000),
      ...(pictures !== undefined && { pictures }),
      ...(film.keep !== undefined && { isIncomplete: true }),
    },
  };
});

function cut() {
  return { seconds: 5, keep: 0.6 };
}

function dv() {
  return {
    ...interlaced,
    filters: `${interlaced.filters.replace('tff', 'bff').replace('top', 'bottom')},setdar=4/3`,
    size: '720x576',
    colours: 'untold601',
    picture: '-c:v dvvideo -flags +ilme+ildct -pix_fmt yuv420p',
    sound: '-c:a pcm_s16le -ac 2',
    shown: '768x576',
  } as const;
}
