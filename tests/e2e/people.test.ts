import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../world/lesson.ts';
import { expectAccessible } from './accessible.ts';
import { openStage, type Stage, soon } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

/** The link in the mail to an address, which lies in a folder where no mail server is named. */
async function linkTo(address: string): Promise<string> {
  const outbox = join(stage.product.dataDir, 'outbox');
  return until(async () => {
    for (const file of await readdir(outbox).catch(() => [])) {
      const text = (await readFile(join(outbox, file), 'utf8')).replaceAll('=\r\n', '');
      const found = /\/join#[\w-]+/.exec(text);
      if (found && text.includes(`To: ${address}`)) return found[0];
    }
    return undefined;
  });
}

test('an administrator invites people, one of them joins, gets a role, and leaves', async () => {
  const dev = await stage.enter('dev');
  await dev.goto('/');
  await dev.getByRole('button', { name: 'Your account: Dev Patel' }).click();
  await dev.getByRole('menuitem', { name: 'People' }).click();
  await dev.getByRole('combobox', { name: 'School or trust' }).selectOption('Hill School');
  await dev.getByText('amira@lessons.test').waitFor();
  await expectAccessible(dev, 'the people of a school');
  await dev.getByRole('button', { name: 'Invite people' }).click();
  const dialog = dev.getByRole('dialog', { name: 'Invite people' });
  await dialog.getByRole('button', { name: 'Invite', exact: true }).click();
  await dialog.getByText('Please type an address.').waitFor();
  const pasted = 'Nia Rees <nia@new.test>, owen@new.test\nnonsense; amira@lessons.test';
  await dialog.getByLabel('Their e-mail addresses').fill(pasted);
  await dialog.getByRole('button', { name: 'Invite 4 people' }).click();
  await dialog.getByText('They work there already.').waitFor();
  await dialog.getByText('This is no e-mail address.').waitFor();
  await expectAccessible(dev, 'inviting people');
  expect(await dialog.getByLabel('Their e-mail addresses').inputValue()).toBe(
    'nonsense\namira@lessons.test',
  );
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dev.getByText('owen@new.test').waitFor();
  await dev.getByRole('button', { name: 'Withdraw the invitation of owen@new.test' }).click();
  await dev.getByText('The invitation of owen@new.test is withdrawn.').waitFor();

  const nia = await stage.enter(null, { viewport: { width: 390, height: 844 } });
  await nia.goto(await linkTo('nia@new.test'));
  await nia.getByText('Dev Patel invites you to Hill School.').waitFor();
  await expectAccessible(nia, 'joining');
  await nia.getByLabel('Your name').fill('Nia Rees');
  await nia.getByLabel('New password').fill('words of my own choosing');
  await nia.getByRole('button', { name: 'Join' }).click();
  await nia.getByText('Welcome. Sign in with nia@new.test').waitFor();
  await nia.getByRole('link', { name: 'Sign in' }).click();
  await nia.getByLabel('Email').fill('nia@new.test');
  await nia.getByRole('textbox', { name: 'Password' }).fill('words of my own choosing');
  await nia.getByRole('button', { name: 'Sign in' }).click();
  await nia.getByRole('button', { name: 'Your account: Nia Rees' }).waitFor();

  await dev.reload();
  await dev.getByRole('combobox', { name: 'Role of Nia Rees' }).selectOption('Lead');
  await dev.getByText('Nia Rees is Lead now.').waitFor();
  await dev.getByRole('button', { name: 'More for Nia Rees' }).click();
  await dev.getByRole('menuitem', { name: 'Close the account …' }).click();
  await dev.getByText('Nia Rees is signed out everywhere').waitFor();
  await dev.getByRole('button', { name: 'Close the account', exact: true }).click();
  await dev.getByText('The account of Nia Rees is closed.').waitFor();
  await dev.getByText('has left').waitFor();
  await dev.getByRole('button', { name: 'More for Nia Rees' }).click();
  await dev.getByRole('menuitem', { name: 'Open the account again' }).click();
  await expect.poll(() => dev.getByText('has left').count(), soon).toBe(0);
});

test('somebody who has an account accepts with it, and an old link says what to do', async () => {
  const dev = await stage.api('dev');
  const { items } = await (await dev.get('/api/organisations')).json();
  const { id } = items.find(({ name }: { name: string }) => name === 'Brook School');
  const invite = () =>
    dev.post(`/api/organisations/${id}/invitations`, {
      data: { emails: ['ben@lessons.test'], role: 'member' },
    });
  await invite();
  const link = await linkTo('ben@lessons.test');
  const stranger = await stage.enter(null);
  await stranger.goto(link);
  await stranger.getByText('There is an account with ben@lessons.test already.').waitFor();
  const ben = await stage.enter('ben', { expectedErrors: /410 \(Gone\)/ });
  await ben.goto(link);
  await ben.getByText('You are signed in as Ben Okafor').waitFor();
  await ben.getByRole('button', { name: 'Accept' }).click();
  await ben.getByText('You work at Brook School now.').waitFor();
  await ben.goto('about:blank');
  await ben.goto(link);
  await ben.getByText('This invitation was accepted or withdrawn').waitFor();
});
