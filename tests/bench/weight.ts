import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';

/** How much JavaScript a browser loads before the first screen, against what DESIGN allows. */
interface Chunk {
  file: string;
  imports?: string[];
}

const folder = new URL(process.env.WEB_DIST ?? '../../web/dist/', import.meta.url);
const manifest: Record<string, Chunk> = JSON.parse(
  readFileSync(new URL('.vite/manifest.json', folder), 'utf8'),
);

const screens = [
  { name: 'sign-in', aimKb: 150, pages: ['src/features/session/SignInPage.tsx'] },
  {
    name: 'home',
    aimKb: 220,
    pages: ['src/app/Shell.tsx', 'src/features/recordings/HomePage.tsx'],
  },
];

for (const { name, aimKb, pages } of screens) {
  const files = loadedFor(['index.html', ...pages]);
  const kb = [...files].reduce((sum, file) => sum + weigh(file), 0) / 1000;
  const verdict = kb <= aimKb ? 'within' : 'OVER';
  process.stdout.write(
    `${name}: ${kb.toFixed(1)} kB of JavaScript in ${files.size} files, brotli; ${verdict} the aim of ${aimKb} kB (${(kb / aimKb).toFixed(2)})\n`,
  );
}

/** The script files behind some entries of the manifest: themselves, and what they import statically. */
function loadedFor(entries: string[]): Set<string> {
  const seen = new Set<string>();
  const visit = (key: string) => {
    if (seen.has(key)) return;
    const chunk = manifest[key];
    if (!chunk)
      throw new Error(`The build has no ${key}: build the web first, or mend its name here.`);
    seen.add(key);
    for (const imported of chunk.imports ?? []) visit(imported);
  };
  for (const entry of entries) visit(entry);
  return new Set(
    [...seen].map((key) => manifest[key]?.file ?? '').filter((file) => file.endsWith('.js')),
  );
}

function weigh(file: string): number {
  return brotliCompressSync(readFileSync(new URL(file, folder)), {
    params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY },
  }).length;
}
