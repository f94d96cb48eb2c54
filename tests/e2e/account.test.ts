import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../world/lesson.ts';
import { expectAccessible } from './accessible.ts';
import { emailOf, type Name, openStage, password, type Stage, soon } from './stage.ts';

const better = 'three words that do not belong';
let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

/** The link in the mail to somebody, which lies in a folder where no mail server is named. */
async function linkSentTo(name: Name): Promise<string> {
  const outbox = join(stage.product.dataDir, 'outbox');
  return until(async () => {
    for (const file of await readdir(outbox).catch(() => [])) {
      const text = (await readFile(join(outbox, file), 'utf8')).replaceAll('=\r\n', '');
      const found = /\/new-password#[\w-]+/.exec(text);
      if (found && text.includes(`To: ${emailOf(name)}`)) return found[0];
    }
    return undefined;
  });
}

test.each([
  ['light', { width: 1440, height: 900 }],
  ['dark', { width: 390, height: 844 }],
] as const)('a page for a forgotten password, in %s', async (colorScheme, viewport) => {
  const page = await stage.enter(null, { colorScheme, viewport });
  await page.goto('/sign-in');
  await page.getByRole('link', { name: 'Forgotten your password?' }).click();
  await page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
  await page.getByRole('button', { name: 'Send the link' }).click();
  await page.getByText('Please type your email.').waitFor();
  await expectAccessible(page, 'asking for a link');
  await page.getByLabel('Email').fill(emailOf('ben'));
  await page.getByRole('button', { name: 'Send the link' }).click();
  await page.getByText(`If ${emailOf('ben')} belongs to somebody here`).waitFor();
  await page.goto('/new-password');
  await page.getByText('a part of it is missing here').waitFor();
  await expectAccessible(page, 'a link without its end');
});

test('somebody who forgot their password chooses another, and is in again', async () => {
  const page = await stage.enter(null, { expectedErrors: /410 \(Gone\)/ });
  await page.goto('/forgotten-password');
  await page.getByLabel('Email').fill(emailOf('carys'));
  await page.getByRole('button', { name: 'Send the link' }).click();
  await page.getByText('a link is on its way to it').waitFor();
  const link = await linkSentTo('carys');
  await page.goto(link);
  await page.getByLabel('New password').fill('too short');
  await page.getByRole('button', { name: 'Save it' }).click();
  await page.getByText('That is shorter than 12 characters.').waitFor();
  await page.getByLabel('New password').fill(better);
  await page.getByRole('button', { name: 'Save it' }).click();
  await page.getByText('Your new password is saved.').waitFor();
  expect(new URL(page.url()).hash).toBe('');
  await page.getByRole('link', { name: 'Back to signing in' }).click();
  await page.getByLabel('Email').fill(emailOf('carys'));
  await page.getByRole('textbox', { name: 'Password' }).fill(better);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Your account: Carys Llewellyn' }).waitFor();
  await page.goto('about:blank');
  await page.goto(link);
  await page.getByLabel('New password').fill(better);
  await page.getByRole('button', { name: 'Save it' }).click();
  await page.getByText('This link was used already').waitFor();
  await page.getByRole('link', { name: 'Ask for another link' }).waitFor();
});

test('somebody sees where they are signed in, ends that, and changes their password', async () => {
  const page = await stage.enter('amira', { expectedErrors: /422 \(Unprocessable/ });
  const other = await stage.enter('amira', { expectedErrors: /401 \(Unauthorized\)/ });
  await other.goto('/');
  await page.goto('/');
  await page.getByRole('button', { name: 'Your account: Amira Hussain' }).click();
  await page.getByRole('menuitem', { name: 'Your account' }).click();
  await page.getByRole('heading', { name: 'Where you are signed in' }).waitFor();
  const items = page.getByRole('listitem').filter({ hasText: 'Chrome on Linux' });
  await expect.poll(() => items.count(), soon).toBe(2);
  await expectAccessible(page, 'one’s account');
  await page.getByRole('button', { name: /^End the session on Chrome on Linux/ }).click();
  await page.getByText('That session is ended.').waitFor();
  await expect.poll(() => items.count(), soon).toBe(1);
  await other.goto('/trash');
  await other.getByRole('heading', { name: 'Sign in' }).waitFor();

  await page.getByLabel('Present password').fill('not this one');
  await page.getByLabel('New password').fill(better);
  await page.getByRole('button', { name: 'Change the password' }).click();
  await page.getByText('That is not your present password.').waitFor();
  await page.getByLabel('Present password').fill(password);
  await page.getByRole('button', { name: 'Change the password' }).click();
  await page.getByText('Your password is changed.').waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Where you are signed in' }).waitFor();
});
