import { afterAll, beforeAll, test } from 'vitest';
import { emailOf, openStage, password, type Stage } from './stage.ts';
import { annotate } from './story/annotate.ts';
import { share } from './story/share.ts';
import { uploadAndPrepare } from './story/upload.ts';
import { watch } from './story/watch.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

test('a lesson is uploaded, watched, marked, shared, answered and taken back', async () => {
  const first = await stage.enter(null, { expectedErrors: /status of 401/ });
  await first.goto('/');
  await first.getByLabel('Email').fill(emailOf('amira'));
  await first.getByLabel('Password', { exact: true }).fill(password);
  await first.getByRole('button', { name: 'Sign in' }).click();
  await first.getByRole('heading', { name: 'Your first lesson goes here' }).waitFor();

  const { page: amira, id } = await uploadAndPrepare(stage, first);
  await watch(amira, id);
  await annotate(amira, id);
  await share(stage, amira, id);
});
