/**
 * Why a recording failed, in words for the teacher who uploaded it. Each says what happened and what to
 * do; that the file itself is kept is said beside it by the interface.
 */
export const failures = {
  empty_file: 'The file is empty. Please check it on your device and upload it again.',
  not_a_video:
    'This file is neither a video nor a sound recording that we can read. Please check that it plays on your device.',
  web_page:
    'This is a web page saved under a recording’s name. Please upload the recording itself.',
  playlist:
    'This file only points to recordings kept elsewhere. Please upload the recording itself.',
  picture: 'This is a picture, not a video.',
  truncated:
    'The end of this file is missing, and nothing in it can be played without it. Please upload it again from the device that recorded it.',
  damaged:
    'The file is damaged, so nothing in it can be played. Please check that it plays on your device.',
  too_large_picture: 'The picture is larger than any camera makes, so we did not open it.',
  too_long: 'The recording is longer than twelve hours, which is more than we can prepare.',
  too_many_streams:
    'The file holds more pictures and sounds than a lesson video does, so we did not open it.',
  no_picture: 'No picture in this file could be read. Please check that it plays on your device.',
  too_slow: 'This file took longer to open than any ordinary recording does, so we stopped.',
  encode_failed:
    'We could not prepare this recording. Please try again; if it fails again, tell whoever runs Second Look.',
  source_missing:
    'What you uploaded can no longer be found here. Please tell whoever runs Second Look, and upload it again if you still have it.',
  interrupted: 'Preparing this recording was interrupted several times. Please try again.',
} as const satisfies Record<string, string>;
export type FailureCode = keyof typeof failures;

/** What lies in the file itself, and will be the same however often it is prepared. */
export const finalFailures: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'empty_file',
  'web_page',
  'playlist',
  'picture',
  'truncated',
  'too_large_picture',
  'too_long',
  'too_many_streams',
]);
