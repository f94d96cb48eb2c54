import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { progressTeller } from './progress.ts';

it('never goes back, and says the last word last however slowly it is taken down', async () => {
  const saved: number[] = [];
  const { tell, end } = progressTeller(async (done) => {
    await pause(done < 0.5 ? 20 : 1);
    saved.push(done);
  }, 5);
  for (const done of [0, 0.2, 0.1, 0.4, 0.3, 0.97, 0, 0.98]) {
    tell(done);
    await pause(8);
  }
  tell(1);
  await end();
  expect(saved).toEqual([...saved].sort((a, b) => a - b));
  expect([saved[0], saved.at(-1)]).toEqual([0, 1]);
  await pause(20);
  expect(saved.at(-1)).toBe(1);
});

it('is not heard too often', async () => {
  const saved: number[] = [];
  const { tell, end } = progressTeller(async (done) => void saved.push(done), 60_000);
  for (let done = 0; done < 1000; done += 1) tell(done / 1000);
  await end();
  expect(saved).toEqual([0, 0.999]);
});

it('goes on where a word was lost', async () => {
  const saved: number[] = [];
  const { tell, end } = progressTeller(async (done) => {
    if (done < 0.5) throw new Error('The database is away.');
    saved.push(done);
  }, 1);
  tell(0.1);
  await pause(5);
  tell(0.6);
  await end();
  expect(saved).toEqual([0.6]);
});
