import fc from 'fast-check';
import type pg from 'pg';
import { sketch } from '../world/random.ts';
import { attemptOf, attempts } from './attempts.ts';
import { diceOf } from './dice.ts';
import { shownTo } from './sight.ts';
import { inWorld, isAccepted, visibleTo } from './trial.ts';

/** What is held against the database: the same questions, asked of it and of core/access. */

interface Difference {
  person: string;
  about: unknown;
  database: unknown;
  rules: unknown;
}

export interface Effort {
  worlds: number;
  /** Looks for the smallest world that shows a difference, which takes a while; otherwise tells the first. */
  shrink?: boolean;
}

/** @throws fast-check's report of a world in which the database shows something else than the rules */
export async function assertSameSight(client: pg.Client, effort: Effort): Promise<void> {
  await fc.assert(
    fc.asyncProperty(sketch, (sketched) =>
      inWorld(client, sketched, async (world) => {
        for (const { id } of world.people) {
          const database = await visibleTo(client, id, world);
          const rules = shownTo(world, id);
          differ({
            person: id,
            about: 'sees',
            database: database.filter((row) => !rules.includes(row)),
            rules: rules.filter((row) => !database.includes(row)),
          });
        }
      }),
    ),
    parameters(effort),
  );
}

export type Counts = Map<string, { accepted: number; refused: number }>;

/**
 * @returns how often each kind of attempt was accepted and refused
 * @throws fast-check's report of a world and attempt on which the database and the rules differ
 */
export async function assertSameWrites(client: pg.Client, effort: Effort): Promise<Counts> {
  const kinds = Object.keys(attempts);
  const counts: Counts = new Map(kinds.map((kind) => [kind, { accepted: 0, refused: 0 }]));
  const tries = fc.array(fc.tuple(fc.constantFrom(...kinds), fc.noShrink(fc.nat())), {
    maxLength: 120,
    size: 'max',
  });
  await fc.assert(
    fc.asyncProperty(sketch, tries, (sketched, tried) =>
      inWorld(client, sketched, async (world) => {
        for (const [kind, seed] of tried) {
          const { isAllowed, ...attempt } = attemptOf(kind, world, diceOf(seed));
          const accepted = await isAccepted(client, { ...attempt, isAllowed });
          differ({ person: attempt.viewer, about: attempt, database: accepted, rules: isAllowed });
          const count = counts.get(kind);
          if (count) count[accepted ? 'accepted' : 'refused']++;
        }
      }),
    ),
    parameters(effort),
  );
  return counts;
}

function parameters({ worlds, shrink = true }: Effort) {
  return { numRuns: worlds, endOnFailure: !shrink, includeErrorInReport: true };
}

function differ(found: Difference): void {
  const isSame = JSON.stringify(found.database) === JSON.stringify(found.rules);
  if (!isSame)
    throw new Error(`The database and the rules differ: ${JSON.stringify(found, null, 1)}`);
}
