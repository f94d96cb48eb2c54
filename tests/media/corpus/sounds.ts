/** Sound alone: refused as `sound_only` until recordings without pictures exist. */
export const sounds = [
  { name: 'voice-memo.m4a', sound: '-c:a aac -b:a 96k -ac 2' },
  { name: 'dictaphone.mp3', sound: '-c:a libmp3lame -ac 1' },
  {
    name: 'bare.mp3',
    sound: '-c:a libmp3lame -ac 1',
    container: '-write_xing 0 -id3v2_version 0',
  },
  { name: 'bare.aac', sound: '-c:a aac -b:a 96k -ac 2', container: '-f adts' },
  { name: 'messenger.ogg', sound: '-c:a libopus -b:a 64k -ac 1' },
  { name: 'recorder.wav', sound: '-c:a pcm_s16le -ac 2' },
  {
    name: 'browser-sound.webm',
    sound: '-c:a libopus -b:a 64k -ac 1',
    container: '-f webm -live 1',
    isPiped: true,
  },
] as const;
