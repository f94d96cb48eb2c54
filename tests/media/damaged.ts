/** Damages films at random, in the same way whenever the number that it begins with is the same. */

interface Damaged {
  bytes: Buffer;
  /** What was done to it, for whoever looks into a case. */
  how: string;
}

/** Each a draw from a whole number of choices, counted from 0. */
type Draw = (choices: number) => number;

/** @param seed any whole number */
export function damaged(film: Buffer, seed: number): Damaged {
  const draw = drawing(seed);
  const ways = Object.entries(damages);
  const how: string[] = [];
  let bytes: Buffer = Buffer.from(film);
  for (let times = 1 + draw(3); times > 0 && bytes.length > 0; times -= 1) {
    const [name, damage] = pick(ways, draw);
    bytes = damage(bytes, draw);
    how.push(name);
  }
  return { bytes, how: how.join(', ') };
}

/** Mulberry32: a generator of 32 bits that is good enough to spread damage. */
function drawing(seed: number): Draw {
  let state = seed >>> 0;
  return (choices) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % choices;
  };
}

function pick<T>(choices: readonly T[], draw: Draw): T {
  return choices[draw(choices.length)] as T;
}

const damages: Record<string, (bytes: Buffer, draw: Draw) => Buffer> = {
  'bits flipped': (bytes, draw) => {
    for (let bits = 1 + draw(60); bits > 0; bits -= 1) {
      const at = place(bytes, draw);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << draw(8));
    }
    return bytes;
  },
  'a range overwritten': (bytes, draw) => {
    const { from, to } = range(bytes, draw);
    const fill = pick([() => 0, () => 0xff, () => draw(256)], draw);
    for (let at = from; at < to; at += 1) bytes[at] = fill();
    return bytes;
  },
  'cut off': (bytes, draw) => bytes.subarray(0, draw(bytes.length)),
  'a range removed': (bytes, draw) => {
    const { from, to } = range(bytes, draw);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  'a range doubled': (bytes, draw) => {
    const { from, to } = range(bytes, draw);
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  'a number made extreme': (bytes, draw) => extreme(bytes, place(bytes, draw), draw),
  'a box’s number made extreme': (bytes, draw) => {
    const boxes = [...bytes.toString('latin1').matchAll(boxNames)].map(({ index }) => index);
    if (boxes.length === 0) return extreme(bytes, place(bytes, draw), draw);
    // Its length lies in front of its name, its fields behind.
    return extreme(bytes, pick(boxes, draw) + 4 * (draw(9) - 1), draw);
  },
};

/** Where most of a film in MP4 or QuickTime is decided (ISO/IEC 14496-12). */
const boxNames =
  /ftyp|moov|mvhd|trak|tkhd|edts|elst|mdia|mdhd|hdlr|dref|stsd|avc1|avcC|hvc1|hvcC|mp4a|esds|stts|ctts|stss|stsc|stsz|stco|mvex|trex|moof|tfhd|tfdt|trun|mdat/g;

/** Writes one of the numbers that programs forget, of either byte order. */
function extreme(bytes: Buffer, wanted: number, draw: Draw): Buffer {
  const size = pick([1, 2, 4, 4, 4, 8], draw);
  const at = Math.max(0, Math.min(wanted, bytes.length - size));
  const highest = 2n ** BigInt(size * 8);
  const number = pick([0n, 1n, highest / 2n - 1n, highest / 2n, highest - 1n], draw);
  const written = Buffer.alloc(8);
  const isLittle = draw(2) === 0;
  if (isLittle) written.writeBigUInt64LE(number);
  else written.writeBigUInt64BE(number);
  written.copy(bytes, at, isLittle ? 0 : 8 - size, isLittle ? size : 8);
  return bytes;
}

/** Rather in headers and indexes, at the beginning and at the end, than in the midst of the pictures. */
function place(bytes: Buffer, draw: Draw): number {
  const near = Math.min(bytes.length, 3_000);
  const where = pick(['start', 'end', 'anywhere'], draw);
  if (where === 'anywhere') return draw(bytes.length);
  return where === 'start' ? draw(near) : bytes.length - near + draw(near);
}

function range(bytes: Buffer, draw: Draw): { from: number; to: number } {
  const from = place(bytes, draw);
  const length = 1 + draw(pick([16, 500, 5_000, bytes.length], draw));
  return { from, to: Math.min(bytes.length, from + length) };
}
