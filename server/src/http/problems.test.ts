import { contract, type Problem, type Route } from '@second-look/core/contract';
import fastify from 'fastify';
import { validatorCompiler } from 'fastify-type-provider-zod';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { problemPlugin } from './problems.ts';

/** What the server answers to a request whose body, or query, has this shape. */
async function fieldsOf(
  schema: { body?: z.ZodType; querystring?: z.ZodType },
  request: { payload?: string | object; query?: Record<string, string>; type?: string },
): Promise<Problem['fields']> {
  const app = fastify();
  app.setValidatorCompiler(validatorCompiler);
  await app.register(problemPlugin);
  app.post('/', { schema }, () => 'fits');
  const { payload, query, type } = request;
  const headers = type === undefined ? {} : { 'content-type': type };
  const answer = await app.inject({ method: 'POST', url: '/', payload, query, headers });
  expect(answer.statusCode).toBe(422);
  const { code, fields }: Problem = answer.json();
  expect(code).toBe('invalid');
  return fields;
}

describe('what does not fit', () => {
  const cases: [z.ZodType, unknown, string][] = [
    [z.string(), undefined, 'This is missing.'],
    [z.enum(['a', 'b']), undefined, 'This is missing.'],
    [z.string(), 5, 'This has to be text.'],
    [z.string().nullable(), 5, 'This has to be text.'],
    [z.string(), null, 'This has to be text.'],
    [z.number(), '5', 'This has to be a number.'],
    [z.int(), 1.5, 'This has to be a whole number.'],
    [z.boolean(), 1, 'This has to be true or false.'],
    [z.array(z.string()), {}, 'This has to be a list.'],
    [z.object({}), [], 'This has to be an object with fields.'],
    [z.null(), 5, 'This has to be null.'],
    [z.string().max(200), 'x'.repeat(201), 'This has to have at most 200 characters.'],
    [z.string().max(1), 'xx', 'This has to have at most 1 character.'],
    [z.string().min(1), '', 'This must not be empty.'],
    [z.string().min(8), 'short', 'This has to have at least 8 characters.'],
    [z.array(z.int()).min(1), [], 'This must not be empty.'],
    [z.array(z.int()).max(2), [1, 2, 3], 'This has to have at most 2 entries.'],
    [z.int().max(86_400_000), 86_400_001, 'This has to be at most 86,400,000.'],
    [z.int().min(0), -1, 'This has to be at least 0.'],
    [z.number().gt(0), 0, 'This has to be more than 0.'],
    [z.number().lt(1), 1, 'This has to be less than 1.'],
    [z.enum(['a', 'b', 'c']), 'd', 'This has to be "a", "b" or "c".'],
    [z.literal('ok'), 'well', 'This has to be "ok".'],
    [z.email(), 'no address', 'This has to be an e-mail address.'],
    [z.uuid(), 'mine', 'This has to be an id (a UUID).'],
    [z.iso.date(), '4 March', 'This has to be a day, as in 2026-05-03.'],
    [
      z.iso.datetime({ offset: true }),
      'noon',
      'This has to be a moment with its time zone, as in 2026-05-03T14:30:00Z.',
    ],
    [z.string().regex(/^\d$/), 'x', 'This does not fit.'],
    [z.string().refine(() => false, { message: 'Our own words.' }), 'x', 'Our own words.'],
  ];
  it.each(cases.map(([schema, value, message]) => ({ schema, value, message })))(
    '$value is told: $message',
    async ({ schema, value, message }) => {
      const body = z.object({ place: z.object({ field: schema }) });
      expect(await fieldsOf({ body }, { payload: { place: { field: value } } })).toEqual([
        { path: 'place.field', message },
      ]);
    },
  );

  it('is looked for in the query too', async () => {
    const querystring = z.object({ limit: z.coerce.number().int().max(100), q: z.string() });
    expect(await fieldsOf({ querystring }, { query: { limit: '101' } })).toEqual([
      { path: 'limit', message: 'This has to be at most 100.' },
      { path: 'q', message: 'This is missing.' },
    ]);
  });

  it('may be the body itself', async () => {
    const body = z.object({ title: z.string() });
    expect(await fieldsOf({ body }, {})).toEqual([{ path: '', message: 'This is missing.' }]);
    expect(await fieldsOf({ body }, { payload: '[', type: 'application/json' })).toEqual([
      { path: '', message: 'The body is not JSON, although its content type says so.' },
    ]);
    expect(await fieldsOf({ body }, { payload: '', type: 'application/json' })).toEqual([
      { path: '', message: 'The body is empty: send JSON, or no content type.' },
    ]);
    expect(await fieldsOf({ body }, { payload: '<a/>', type: 'text/xml' })).toEqual([
      { path: '', message: 'The body has to be JSON, with the content type application/json.' },
    ]);
  });
});

describe('the contract', () => {
  const routes = Object.entries<Route>(contract).flatMap(([name, { body }]) =>
    body instanceof z.ZodObject ? [{ name, body }] : [],
  );
  it.each(routes)('has a sentence for every field of $name', async ({ body }) => {
    const names = Object.keys(body.shape);
    for (const value of [5.5, true, 'x'.repeat(6_000), {}, [], [5]]) {
      const payload = Object.fromEntries(names.map((name) => [name, value]));
      const issues = body.safeParse(payload).error?.issues ?? [];
      const theirs = issues.filter(({ code }) => code !== 'custom').map(({ message }) => message);
      if (issues.length === 0) continue;
      for (const { message } of (await fieldsOf({ body }, { payload })) ?? []) {
        expect(theirs).not.toContain(message);
        expect(message).not.toBe('This does not fit.');
      }
    }
  });
});
