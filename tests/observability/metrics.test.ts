import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, signIn } from '../world/client.ts';
import { filmBytes, until, uploaded } from '../world/lesson.ts';
import {
  endProcesses,
  freePort,
  launchServer,
  startServerProcess,
  startWorkers,
} from '../world/processes.ts';
import { openPlace, type TestPlace } from '../world/server.ts';

let place: TestPlace;
let amira: Client;
const ports = { server: 0, workers: 0 };

beforeAll(async () => {
  place = await openPlace();
  ports.server = await freePort();
  ports.workers = await freePort();
  const env = { ...place.env, METRICS_PORT: String(ports.server) };
  const { address } = await startServerProcess({ ...place, env }, await freePort());
  startWorkers(place, { METRICS_PORT: String(ports.workers) });
  amira = await signIn(address, place.emailOf('amira'), place.password);
});
afterAll(async () => {
  await endProcesses();
  await place.remove();
});

const scrape = async (of: keyof typeof ports) =>
  (await fetch(`http://127.0.0.1:${ports[of]}/metrics`)).text();
/** The value of the one sample that begins so, labels included. */
const sampleOf = (text: string, sample: string) =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${sample} `))
      ?.slice(sample.length),
  );

/** What docs/metrics.md says of each metric: where it is. */
async function documented() {
  const text = await readFile(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| `(\w+)`\s*\| ([\w, ]+?)\s*\|/gm)];
  const of = (part: string) =>
    rows.flatMap(([, name = '', where = '']) => (where.includes(part) ? [name] : [])).sort();
  return { server: of('server'), workers: of('workers') };
}

describe('the metrics', () => {
  it('count a lesson on its way through the server and a worker', async () => {
    const film = await filmBytes('silent.mp4');
    const id = await uploaded(amira, film);
    await until(async () => (await amira.get(`/api/recordings/${id}`)).state === 'ready');
    const events = new AbortController();
    await fetch(new URL('/api/events', amira.address), {
      headers: { cookie: amira.cookie },
      signal: events.signal,
    });
    const server = await scrape('server');
    expect(sampleOf(server, 'second_look_upload_bytes_total')).toBe(film.length);
    expect(sampleOf(server, 'second_look_uploads_under_way')).toBe(0);
    expect(sampleOf(server, 'second_look_event_streams')).toBe(1);
    const patched =
      'second_look_http_request_seconds_count{route="/api/uploads/:id",method="PATCH",status="204"}';
    expect(sampleOf(server, patched)).toBe(1);
    expect(
      sampleOf(server, 'second_look_store_operations_total{operation="append",outcome="ok"}'),
    ).toBe(1);
    expect(sampleOf(server, 'second_look_queue_workers')).toBe(1);
    expect(sampleOf(server, 'second_look_disk_free_bytes')).toBeGreaterThan(0);
    expect(sampleOf(server, 'second_look_storage_used_bytes')).toBeGreaterThanOrEqual(0);

    const workers = await scrape('workers');
    expect(sampleOf(workers, 'second_look_step_seconds_count{kind="prepare",outcome="done"}')).toBe(
      1,
    );
    expect(sampleOf(workers, 'second_look_step_attempts_total{kind="prepare"}')).toBe(1);
    expect(sampleOf(workers, 'second_look_ffmpeg_seconds_total{outcome="ok"}')).toBeGreaterThan(0);
    expect(sampleOf(workers, 'second_look_sweeps_total{outcome="whole"}')).toBeGreaterThan(0);

    events.abort();
    await until(async () => sampleOf(await scrape('server'), 'second_look_event_streams') === 0);
  });

  it('have no address, id or name in a label', async () => {
    await amira.ask('GET', '/api/nothing/of-this-name');
    await amira.ask('GET', `/api/recordings/00000000-0000-7000-8000-000000000000?q=secret`);
    for (const of of ['server', 'workers'] as const) {
      const text = await scrape(of);
      expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-|of-this-name|secret|amira|\.mp4/i);
    }
  });

  it.each(['server', 'workers'] as const)(
    'are those that docs/metrics.md lists: %s',
    async (of) => {
      const exposed = [...(await scrape(of)).matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name);
      expect(exposed.sort()).toEqual((await documented())[of]);
    },
  );

  it('are for nobody where no port is set, and a port that is taken is told', async () => {
    const taken = launchServer(place, {
      PORT: String(await freePort()),
      METRICS_PORT: String(ports.server),
    });
    expect(await taken.ended).toBe(1);
    expect(taken.output()).toContain(
      `The server cannot start. Metrics cannot be served at 127.0.0.1:${ports.server}: choose another METRICS_PORT or METRICS_HOST.`,
    );
  });
});
