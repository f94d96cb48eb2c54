/**
 * Sound alone, as recorders, phones and browsers write it: how ffmpeg makes each. In every one a beep comes after
 * a second, and the end after 2.4 s.
 */
export interface Sound {
  /** Its ending names the container. */
  name: string;
  /** ffmpeg's options for the sound, and for the container. */
  sound: string;
  container?: string;
  /** Written where nothing can be corrected afterwards: no duration, no index. */
  isPiped?: true;
  /** With a picture of its cover, which is no picture of a lesson. */
  hasCover?: true;
  /** How much later and longer it may be heard to be, in milliseconds; 50 where nothing is said. */
  lateMs?: number;
}

const aac = '-c:a aac -b:a 96k -ac 2';
const mp3 = '-c:a libmp3lame -ac 1';
const opus = '-c:a libopus -b:a 64k -ac 1';

export const sounds: readonly Sound[] = [
  { name: 'voice-memo.m4a', sound: aac },
  { name: 'covered.m4a', sound: aac, hasCover: true },
  { name: 'lossless.m4a', sound: '-c:a alac -ac 1' },
  { name: 'film-without-picture.mp4', sound: aac },
  { name: 'old-phone.3gp', sound: '-c:a aac -b:a 48k -ac 1 -ar 16000' },
  { name: 'dictaphone.mp3', sound: mp3 },
  { name: 'covered.mp3', sound: mp3, hasCover: true },
  { name: 'bare.mp3', sound: mp3, container: '-write_xing 0 -id3v2_version 0' },
  // Two frames of the encoder's own stand in front, of 52 ms each, and without a header nothing says so.
  {
    name: 'low.mp3',
    sound: '-c:a libmp3lame -ac 1 -ar 11025',
    container: '-write_xing 0 -id3v2_version 0',
    lateMs: 160,
  },
  { name: 'old-dictaphone.mp2', sound: '-c:a mp2 -b:a 64k -ac 1' },
  // Without a header, its length cannot be told from its size.
  {
    name: 'varying.mp3',
    sound: '-c:a libmp3lame -q:a 4 -ac 1',
    container: '-write_xing 0 -id3v2_version 3',
  },
  { name: 'bare.aac', sound: aac, container: '-f adts' },
  { name: 'messenger.ogg', sound: opus },
  { name: 'messenger.opus', sound: opus },
  { name: 'recorder.wav', sound: '-c:a pcm_s16le -ac 2' },
  { name: 'piped.wav', sound: '-c:a pcm_s24le -ac 1', container: '-f wav', isPiped: true },
  { name: 'studio.flac', sound: '-c:a flac' },
  { name: 'studio.aiff', sound: '-c:a pcm_s16be' },
  { name: 'studio.caf', sound: '-c:a pcm_s16le' },
  { name: 'office.wma', sound: '-c:a wmav2 -b:a 96k' },
  { name: 'broadcast.ts', sound: aac, container: '-output_ts_offset 31' },
  { name: 'browser-sound.webm', sound: opus, container: '-f webm -live 1', isPiped: true },
];
