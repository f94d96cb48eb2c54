import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RecordingDetail } from '@second-look/core/contract';
import { roleUrl } from '@second-look/infra/config';
import { enrol } from '@second-look/server/enrol';
import {
  type APIRequestContext,
  type Browser,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { freshDatabase } from '../world/database.ts';
import { type Product, startProduct } from './product.ts';

export const password = 'a password for tests';
export const people = {
  amira: 'Amira Hussain',
  ben: 'Ben Okafor',
  carys: 'Carys Llewellyn',
  dev: 'Dev Patel',
  esther: 'Esther Grant',
} as const;
export type Name = keyof typeof people;
export const emailOf = (name: Name) => `${name}@lessons.test`;

/** For what comes by itself: the limit only ends what never comes. */
export const soon = { timeout: 120_000, interval: 100 };

/** Preparing a lesson may take minutes where the machine is busy. */
const preparing = { ...soon, timeout: 600_000 };

const screenshots = fileURLToPath(new URL('../../test-results/', import.meta.url));

export interface EnterOptions extends BrowserContextOptions {
  /** Errors in the console that belong to what is tried: a refusal, a lost network. */
  expectedErrors?: RegExp;
}

/** The product, its people and a browser, for one test file. */
export interface Stage {
  product: Product;
  /**
   * A page of somebody's own browser, signed in, or `null` for nobody yet. Closed when the test ends, which
   * fails where the page complained of anything.
   */
  enter(name: Name | null, options?: EnterOptions): Promise<Page>;
  /** The API as somebody other than a browser's pages uses it. */
  api(name: Name): Promise<APIRequestContext>;
  close(): Promise<void>;
}

/** @param env what the product is started with besides */
export async function openStage(env: Record<string, string> = {}): Promise<Stage> {
  const database = await freshDatabase();
  const { databaseUrl, adminUrl, secret } = database;
  await enrol(roleUrl(adminUrl, secret, 'migrator'), {
    organisations: [
      { key: 'trust', name: 'Meadow Trust', kind: 'trust' },
      { key: 'hill', name: 'Hill School', kind: 'school', parent: 'trust' },
      { key: 'brook', name: 'Brook School', kind: 'school', parent: 'trust' },
    ],
    people: [
      somebody('amira', ['hill', 'member']),
      somebody('ben', ['hill', 'member']),
      somebody('carys', ['brook', 'member']),
      somebody('dev', ['trust', 'admin'], ['brook', 'lead']),
      somebody('esther', ['hill', 'lead']),
    ],
  });
  const product = await startProduct({ databaseUrl, secret, env: { LOG_LEVEL: 'warn', ...env } });
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  return {
    product,
    enter: (name, options) => enter(browser, product, name, options),
    async api(name) {
      const context = await browser.newContext({ baseURL: product.url });
      onTestFinished(() => context.close());
      await signIn(context.request, name);
      return context.request;
    },
    async close() {
      await browser.close();
      await product.stop();
      await database.drop();
    },
  };
}

function somebody(name: Name, ...memberships: [string, 'member' | 'lead' | 'admin'][]) {
  return {
    name: people[name],
    email: emailOf(name),
    password,
    memberships: memberships.map(([organisation, role]) => ({ organisation, role })),
  };
}

async function enter(
  browser: Browser,
  product: Product,
  name: Name | null,
  { expectedErrors, ...options }: EnterOptions = {},
): Promise<Page> {
  const context = await browser.newContext({
    baseURL: product.url,
    locale: 'en-GB',
    viewport: { width: 1440, height: 900 },
    ...options,
  });
  context.setDefaultTimeout(soon.timeout);
  if (name) await signIn(context.request, name);
  const complaints: string[] = [];
  context.on('console', (message) => {
    const text = `${message.text()} (${message.location().url})`;
    const isTrouble = message.type() === 'error' || message.type() === 'warning';
    if (isTrouble && !expectedErrors?.test(text)) complaints.push(text);
  });
  context.on('weberror', (error) => complaints.push(String(error.error().stack)));
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail') {
      await mkdir(screenshots, { recursive: true });
      for (const [index, page] of context.pages().entries()) {
        const file = `${task.name} - ${name ?? 'nobody'} ${index}`.replace(/[^\w -]+/g, '');
        await page.screenshot({ path: join(screenshots, `${file}.png`) }).catch(() => {});
      }
    }
    await context.close();
    expect(complaints, `what the browser of ${name ?? 'nobody'} complained of`).toEqual([]);
  });
  return context.newPage();
}

async function signIn(request: APIRequestContext, name: Name): Promise<void> {
  const response = await request.post('/api/auth/sign-in/email', {
    data: { email: emailOf(name), password },
  });
  expect(response.status()).toBe(200);
}

/** Picks files on the page for uploads, through the device's own picker. */
export async function chooseVideos(page: Page, files: string[]): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Choose videos or sound' }).click(),
  ]);
  await chooser.setFiles(files);
}

/** Uploads a file past the pages, for tests that are about something else. */
export async function upload(
  request: APIRequestContext,
  file: string,
  title: string,
): Promise<string> {
  const bytes = await readFile(file);
  const { id, address } = await beginUpload(request, file, bytes.length, title);
  await sendBytes(request, address, bytes);
  return id;
}

/** Makes a recording, and an upload for it that has no byte yet. */
export async function beginUpload(
  request: APIRequestContext,
  file: string,
  sizeBytes: number,
  title: string,
): Promise<{ id: string; address: string }> {
  const draft = await request.post('/api/recordings', { data: { title } });
  expect(draft.status()).toBe(201);
  const { id } = await draft.json();
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const made = await request.post('/api/uploads', {
    headers: {
      'tus-resumable': '1.0.0',
      'upload-length': String(sizeBytes),
      'upload-metadata': `recordingId ${base64(id)},filename ${base64(basename(file))}`,
    },
  });
  expect(made.status()).toBe(201);
  return { id, address: made.headers().location ?? '' };
}

/** Sends the first bytes of an upload, or all of them. */
export async function sendBytes(
  request: APIRequestContext,
  address: string,
  bytes: Buffer,
): Promise<void> {
  const sent = await request.patch(address, {
    headers: {
      'tus-resumable': '1.0.0',
      'upload-offset': '0',
      'content-type': 'application/offset+octet-stream',
    },
    data: bytes,
  });
  expect(sent.status()).toBe(204);
}

export async function readRecording(
  request: APIRequestContext,
  id: string,
): Promise<RecordingDetail> {
  const response = await request.get(`/api/recordings/${id}`);
  expect(response.status()).toBe(200);
  return response.json();
}

/** Waits until a recording has come to its end, whichever that is. */
export async function settled(request: APIRequestContext, id: string): Promise<RecordingDetail> {
  let now = await readRecording(request, id);
  await expect
    .poll(async () => {
      now = await readRecording(request, id);
      return now.state;
    }, preparing)
    .toMatch(/ready|failed/);
  return now;
}

/** `npm test` sets CHROMIUM_PATH (tests/chromium.mjs); without it the system's own will do. */
function findChromium(): string {
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
  const usual = names.map((name) => `/usr/bin/${name}`);
  const found = [process.env.CHROMIUM_PATH, ...usual].find((path) => path && existsSync(path));
  if (found) return found;
  throw new Error('There is no Chromium here: install it, or set CHROMIUM_PATH to one.');
}
