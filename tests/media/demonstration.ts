/**
 * Draws the demonstration lessons and encodes them into the server's folder. Run by hand when the
 * drawing changes:
 *
 *   node tests/media/demonstration.ts [seconds for a still …]
 *
 * With seconds, writes stills of those moments beside the films' folder in the temporary one.
 * Needs Chromium (CHROMIUM_PATH, else /usr/bin/chromium), and the font "Comic Neue" for the board.
 */
import { spawn } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { mediaTools } from './binaries.ts';
import { fractions, type Lesson, water } from './demonstration/lessons.ts';
import { murmur, sampleRate } from './demonstration/voices.ts';

const picturesPerSecond = 12;
const films = { 'lesson.mp4': fractions, 'lesson-two.mp4': water };
const here = new URL('./demonstration/', import.meta.url);
const target = new URL('../../server/src/demonstration/', import.meta.url);
const stills = process.argv.slice(2).map(Number);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  const page = await browser.newPage();
  await openStudio(page);
  for (const [name, lesson] of Object.entries(films)) {
    if (stills.length > 0) await drawStills(page, name, lesson);
    else await film(page, name, lesson);
  }
} finally {
  await browser.close();
}

/** A page with one canvas, which loads the drawing's modules as they are, types taken off. */
async function openStudio(page: Page) {
  await page.route('http://studio.test/**', async (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    if (name === '') return route.fulfill({ contentType: 'text/html', body: '<!doctype html>' });
    const source = await readFile(new URL(name, here), 'utf8');
    return route.fulfill({ contentType: 'text/javascript', body: stripTypeScriptTypes(source) });
  });
  await page.goto('http://studio.test/');
  await page.evaluate(`(async () => {
    const { drawFrame } = await import('/frame.ts');
    const canvas = Object.assign(document.createElement('canvas'), { width: 1280, height: 720 });
    const pen = canvas.getContext('2d');
    globalThis.picture = (lesson, t) => {
      drawFrame(pen, lesson, t);
      return canvas.toDataURL('image/png').slice('data:image/png;base64,'.length);
    };
  })()`);
}

async function picture(page: Page, lesson: Lesson, t: number): Promise<Buffer> {
  const drawn = await page.evaluate(`picture(${JSON.stringify(lesson)}, ${t})`);
  return Buffer.from(String(drawn), 'base64');
}

async function drawStills(page: Page, name: string, lesson: Lesson) {
  for (const t of stills.filter((moment) => moment < lesson.durationS)) {
    await writeFile(join(tmpdir(), `${name}-${t}.png`), await picture(page, lesson, t));
  }
}

async function film(page: Page, name: string, lesson: Lesson) {
  const { ffmpegPath } = await mediaTools();
  const sound = join(tmpdir(), `${name}.f32`);
  await writeFile(sound, Buffer.from(murmur(lesson).buffer));
  const ffmpeg = spawn(
    ffmpegPath,
    [
      ...['-hide_banner', '-loglevel', 'error', '-y'],
      ...[
        '-f',
        'image2pipe',
        '-c:v',
        'png',
        '-framerate',
        String(picturesPerSecond),
        '-i',
        'pipe:0',
      ],
      ...['-f', 'f32le', '-ar', String(sampleRate), '-ac', '1', '-i', sound],
      ...['-c:v', 'libx264', '-preset', 'veryslow', '-tune', 'animation', '-crf', '27'],
      ...['-pix_fmt', 'yuv420p', '-g', String(picturesPerSecond * 4)],
      ...[
        '-c:a',
        'aac',
        '-b:a',
        '48k',
        '-movflags',
        '+faststart',
        fileURLToPath(new URL(name, target)),
      ],
    ],
    { stdio: ['pipe', 'inherit', 'inherit'] },
  );
  const ended = new Promise<number | null>((resolve) => ffmpeg.on('close', resolve));
  for (let index = 0; index < lesson.durationS * picturesPerSecond; index += 1) {
    const drawn = await picture(page, lesson, index / picturesPerSecond);
    if (!ffmpeg.stdin.write(drawn))
      await new Promise((resolve) => ffmpeg.stdin.once('drain', resolve));
  }
  ffmpeg.stdin.end();
  if ((await ended) !== 0) throw new Error(`ffmpeg could not write ${name}.`);
  await rm(sound);
}
