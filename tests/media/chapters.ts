import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { mediaTools } from './binaries.ts';

const execute = promisify(execFile);

/**
 * The same film, with its parts named.
 * @param chapters each begins at so many seconds and ends with the next; the last one a second later
 * @param target its ending names the container
 */
export async function withChapters(
  film: string,
  chapters: readonly { atSeconds: number; title: string }[],
  target: string,
): Promise<string> {
  const { ffmpegPath } = await mediaTools();
  const named = chapters.map(({ atSeconds, title }, index) => {
    const endSeconds = chapters[index + 1]?.atSeconds ?? atSeconds + 1;
    return `[CHAPTER]\nTIMEBASE=1/1\nSTART=${atSeconds}\nEND=${endSeconds}\ntitle=${title}\n`;
  });
  const list = `${target}.txt`;
  await writeFile(list, [';FFMETADATA1\n', ...named].join(''));
  await execute(ffmpegPath, [
    ...['-v', 'error', '-y', '-i', film, '-i', list, '-map', '0', '-map_metadata', '1'],
    ...['-map_chapters', '1', '-c', 'copy', target],
  ]);
  return target;
}
