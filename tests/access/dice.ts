import type { Id, Range, Right, World } from '@second-look/core/access';
import { pick } from '../world/random.ts';

/** One write as one person, and whether the rules allow it. */
export interface Attempt {
  viewer: Id;
  sql: string;
  values: unknown[];
  isAllowed: boolean;
}

/** Ids that nothing has: whatever is done to them answers as for what may not be seen. */
export const nothing = 'ffffffff-0000-7000-8000-00000000dead';
export const fresh = 'ffffffff-0000-7000-8000-000000000001';

export type Making = (world: World, viewer: Id, dice: Dice) => Omit<Attempt, 'viewer'>;

/** A row to try something on; now and then one that does not exist. */
export function target<T extends { id: Id }>(
  rows: T[],
  dice: Dice,
): { id: Id; row: T | undefined } {
  if (rows.length === 0 || dice.once(12)) return { id: nothing, row: undefined };
  const row = dice.any(rows);
  return { id: row.id, row };
}

/** Draws numbers for an attempt: which person, which row, what else. */
export interface Dice {
  any<T>(rows: T[]): T;
  /** True once in `sides` throws. */
  once(sides: number): boolean;
  range(): Range;
  rights(): Right[];
  /** Milliseconds from now, or null for no end. */
  instant(): number | null;
}

/** Dice that fall the same way for the same seed (mulberry32). */
export function diceOf(seed: number): Dice {
  let state = seed;
  const roll = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return {
    any: (rows) => pick(rows, roll()),
    once: (sides) => roll() % sides === 0,
    range() {
      const startMs = (roll() % 5) * 1000;
      const length = roll() % 4;
      return { startMs, endMs: length === 0 ? null : startMs + length * 1000 };
    },
    rights() {
      const bits = roll();
      const more: Right[] = ['comment', 'reshare', 'download'];
      return ['view', ...more.filter((_, index) => bits & (1 << index))];
    },
    instant: () => pick([null, 60_000, 30_000, 59_999, 60_001, 1_000_000_000], roll()),
  };
}
