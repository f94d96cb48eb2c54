import { ProblemError } from '../../http/problems.ts';

/** @returns the cut, which is there and published */
export function insistOn<C extends { publishedAttempt: number | null }>(cut: C | undefined): C {
  if (!cut) throw new ProblemError('not_found');
  if (cut.publishedAttempt === null) throw new ProblemError('not_ready');
  return cut;
}
