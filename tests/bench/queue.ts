import { randomUUID } from 'node:crypto';
import { consume, openQueue } from '@second-look/infra/queue';
import { type Engine, openPostgres, openRedis } from '../queue/engines.ts';
import { hasRedis } from '../world/redis.ts';
import { median, say, spread } from './round.ts';

const jobsEach = 2_000;
const tripsEach = 200;
const atOnce = 20;

/**
 * Jobs per second (put in, and then taken out by one worker that does nothing with them) and the time from
 * putting one in until it is begun, on both engines in turns.
 */
export async function queue(rounds: number): Promise<void> {
  const engines = [{ name: 'PostgreSQL', open: openPostgres }];
  if (hasRedis) engines.push({ name: 'Redis', open: openRedis });
  else say('  There is no redis-server here, so PostgreSQL is measured alone.');
  const measured = new Map(
    engines.map(({ name }) => [
      name,
      { in: [] as number[], out: [] as number[], trips: [] as number[] },
    ]),
  );
  const opened = await Promise.all(
    engines.map(async ({ name, open }) => ({ name, engine: await open() })),
  );
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const { name, engine } of round % 2 === 0 ? opened : opened.toReversed()) {
        const figures = measured.get(name);
        const { perSecondIn, perSecondOut, tripsMs } = await measure(engine);
        figures?.in.push(perSecondIn);
        figures?.out.push(perSecondOut);
        figures?.trips.push(...tripsMs);
      }
    }
  } finally {
    await Promise.all(opened.map(({ engine }) => engine.close()));
  }
  for (const [name, figures] of measured) {
    const sorted = figures.trips.sort((a, b) => a - b);
    const p95 = sorted[Math.floor(sorted.length * 0.95)] ?? 0;
    process.stdout.write(
      `Queue on ${name}: ${spread(figures.out, 0)} jobs/s out, ${spread(figures.in, 0)} jobs/s in, ` +
        `round trip ${median(sorted).toFixed(1)} ms, p95 ${p95.toFixed(1)} ms ` +
        `(n = ${rounds} × ${jobsEach} jobs, ${sorted.length} trips)\n`,
    );
  }
}

async function measure(engine: Engine) {
  const onError = (error: Error) => say(`  ${error.message}`);
  const work = await openQueue(engine.url, onError);
  const ids = Array.from({ length: jobsEach }, () => randomUUID());
  const beganIn = performance.now();
  for (let index = 0; index < ids.length; index += atOnce)
    await Promise.all(ids.slice(index, index + atOnce).map((id) => work.add({ id })));
  const perSecondIn = (jobsEach / (performance.now() - beganIn)) * 1_000;

  const waiting = new Map<string, () => void>();
  const begun = (id: string) => new Promise<void>((resolve) => waiting.set(id, resolve));
  const all = Promise.all(ids.map(begun));
  const beganOut = performance.now();
  const consumer = await consume(engine.url, async ({ stepId }) => waiting.get(stepId)?.(), {
    concurrency: atOnce,
    onError,
  });
  await all;
  const perSecondOut = (jobsEach / (performance.now() - beganOut)) * 1_000;

  const tripsMs: number[] = [];
  for (let trip = 0; trip < tripsEach; trip += 1) {
    const id = randomUUID();
    const isBegun = begun(id);
    const putInAt = performance.now();
    await work.add({ id });
    await isBegun;
    tripsMs.push(performance.now() - putInAt);
  }
  await consumer.close();
  await work.close();
  return { perSecondIn, perSecondOut, tripsMs };
}
