import { afterAll, beforeAll, expect, it } from 'vitest';
import { send, signIn } from '../world/client.ts';
import { until } from '../world/lesson.ts';
import { endProcesses, freePort, startServerProcess } from '../world/processes.ts';
import { openPlace, type TestPlace } from '../world/server.ts';

let place: TestPlace;
beforeAll(async () => {
  place = await openPlace();
});
afterAll(async () => {
  await endProcesses();
  await place.remove();
});

it('The log says what broke, and not a word of what people write, search or sign in with.', async () => {
  const loud = { ...place, env: { ...place.env, LOG_LEVEL: 'debug' } };
  const server = await startServerProcess(loud, await freePort());
  const amira = await signIn(server.address, place.emailOf('amira'), place.password);
  const { id } = await amira.post('/api/recordings', { title: 'sentinel title' });
  const { pool } = place.database.as('admin');
  const withoutTable = async (table: string, ask: () => Promise<{ status: number }>) => {
    const [, name = ''] = table.split('.');
    await pool.query(`alter table ${table} rename to "${name} gone"`);
    expect([table, (await ask()).status]).toEqual([table, 500]);
    await pool.query(`alter table ${table.replace(name, `"${name} gone"`)} rename to "${name}"`);
  };

  await withoutTable('public.annotation', () =>
    amira.ask('POST', `/api/recordings/${id}/annotations`, {
      startMs: 0,
      kind: 'notice',
      body: 'sentinel words\n    at sentinel',
    }),
  );
  await withoutTable('public.recording', () =>
    amira.ask('PATCH', `/api/recordings/${id}`, { title: 'sentinel other' }),
  );
  await withoutTable('public.organisation', () => amira.ask('GET', '/api/people?q=sentinel'));
  await withoutTable('auth.session', () => amira.ask('GET', '/api/me'));
  await withoutTable('auth.session', () => amira.ask('GET', '/api/auth/get-session'));
  await withoutTable('auth.user', () =>
    send(server.address, 'POST', '/api/auth/sign-in/email', {
      body: { email: 'sentinel@school.test', password: 'sentinel' },
    }),
  );
  await amira.ask('GET', '/api/nothing?q=sentinel');

  await until(async () => server.output().includes('/api/nothing'));
  const output = server.output();
  expect(output.match(/"code":"42P01"/g)?.length).toBeGreaterThanOrEqual(6);
  expect(output).toMatch(/"stack":" +at .*features\/annotations\/queries/);
  expect(output).toContain('"path":"/api/people"');
  // Probes ask again and again, and are no news.
  expect(output).not.toContain('/api/health/');
  expect(output).not.toContain('sentinel');
  expect(output).not.toContain('amira');
  const [, token = ''] = /session_token=([^.;]{20,})/.exec(amira.cookie) ?? [];
  expect(token).not.toBe('');
  expect(output).not.toContain(decodeURIComponent(token));
  // Each line is the log's own: nothing else speaks.
  for (const line of output.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('level');
});
