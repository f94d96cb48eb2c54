import { getViewName, is, isView } from 'drizzle-orm';
import { getTableConfig, getViewConfig, PgTable, type PgView } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '../../tests/world/database.ts';
import * as authSchema from './auth-schema.ts';
import * as schema from './schema.ts';

/** Tables that only a library of its own reads. */
const undescribed = ['auth.failed_sign_in'];

const described: unknown[] = [...Object.values(schema), ...Object.values(authSchema)];
const tables = described
  .filter((each): each is PgTable => is(each, PgTable))
  .map((table) => {
    const { name, schema: namespace = 'public', columns } = getTableConfig(table);
    return { name: `${namespace}.${name}`, columns };
  });

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.drop());

describe('the tables as drizzle knows them', () => {
  it('are those of the database', async () => {
    const rows = await ask<{ name: string }>(
      `select schemaname || '.' || tablename as name from pg_tables
       where schemaname in ('public', 'auth')`,
    );
    const names = [...tables.map(({ name }) => name), ...undescribed].sort();
    expect(names).toEqual(rows.map(({ name }) => name).sort());
  });

  it.each(tables)('have the columns of the database: $name', async ({ name, columns }) => {
    const rows = await ask<{ name: string; type: string; notNull: boolean; hasDefault: boolean }>(
      `select attname as name, format_type(atttypid, atttypmod) as type,
         attnotnull as "notNull", atthasdef as "hasDefault"
       from pg_attribute
       where attrelid = '${quoted(name)}'::regclass and attnum > 0 and not attisdropped`,
    );
    const known = columns.map((column) => ({
      name: column.name,
      type: column.getSQLType(),
      notNull: column.notNull,
      hasDefault: column.hasDefault,
    }));
    expect(byName(known)).toEqual(byName(rows));
  });

  it.each(tables)('list the words that the database allows: $name', async ({ name, columns }) => {
    const rows = await ask<{ column: string; text: string }>(
      `select a.attname as column, pg_get_constraintdef(c.oid) as text
       from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
       where c.conrelid = '${quoted(name)}'::regclass and c.contype = 'c' and cardinality(c.conkey) = 1`,
    );
    const allowed = rows
      .map(({ column, text }) => ({ column, words: wordsOf(text) }))
      .filter(({ words }) => words.length > 0);
    const known = columns
      .map((column) => ({ column: column.name, words: enumOf(column) }))
      .filter(({ words }) => words.length > 0);
    expect(known.sort(byColumn)).toEqual(allowed.sort(byColumn));
  });

  it('include the views', async () => {
    const rows = await ask<{ name: string; column: string; type: string }>(
      `select c.relname as name, a.attname as column, format_type(a.atttypid, a.atttypmod) as type
       from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
       where c.relkind = 'v' and c.relnamespace = 'public'::regnamespace order by 1, a.attnum`,
    );
    const known = described
      .filter((each) => isView(each))
      .flatMap((view) => {
        const { selectedFields } = getViewConfig(view as PgView);
        return Object.values(selectedFields).map((column) => ({
          name: getViewName(view as PgView),
          column: (column as { name: string }).name,
          type: (column as { getSQLType(): string }).getSQLType(),
        }));
      });
    expect(known).toEqual(rows);
  });
});

async function ask<T>(query: string): Promise<T[]> {
  const { rows } = await database.as('admin').pool.query(query);
  return rows;
}

/** The words of a constraint such as `kind in ('pair', 'trio')`, in the form in which PostgreSQL gives it back. */
function wordsOf(constraint: string): string[] {
  const [, list = ''] = /ARRAY\[(.*?)\]|= ('[^']*')/.exec(constraint)?.filter(Boolean) ?? [];
  return [...list.matchAll(/'([^']*)'/g)].map(([, word = '']) => word).sort();
}

function enumOf(column: object): string[] {
  const words = 'enumValues' in column ? column.enumValues : undefined;
  if (Array.isArray(words)) return [...words].sort();
  return 'baseColumn' in column ? enumOf(column.baseColumn as object) : [];
}

function byName<T extends { name: string }>(rows: T[]): T[] {
  return rows.toSorted((one, other) => one.name.localeCompare(other.name));
}

function byColumn(one: { column: string }, other: { column: string }): number {
  return one.column.localeCompare(other.column);
}

function quoted(name: string): string {
  return name.replace('.', '."').concat('"');
}
