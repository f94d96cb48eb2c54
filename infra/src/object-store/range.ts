import type { ByteRange } from './index.ts';

const shape = /^bytes\s*=\s*(?:(\d{1,15})-(\d{1,15})?|-(\d{1,15}))\s*$/i;

/**
 * What a request's `Range` header asks of so many bytes (RFC 9110, section 14.2): `null` where the whole is
 * to be sent, which a header in another unit, of several ranges or that cannot be read gets as well.
 */
export function requestedRange(
  header: string | undefined,
  sizeBytes: number,
): ByteRange | 'unsatisfiable' | null {
  const [, from, to, last] = shape.exec(header ?? '') ?? [];
  if (from === undefined && last === undefined) return null;
  if (from === undefined) {
    if (Number(last) === 0 || sizeBytes === 0) return 'unsatisfiable';
    return { start: Math.max(0, sizeBytes - Number(last)), end: sizeBytes - 1 };
  }
  const start = Number(from);
  const end = to === undefined ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1);
  if (to !== undefined && Number(to) < start) return null;
  return start >= sizeBytes ? 'unsatisfiable' : { start, end };
}
