/** Reads fragmented MP4 as a player does (ISO/IEC 14496-12 and 14496-15), by a reader of its own. */

export interface Box {
  type: string;
  /** Where it begins, its header included. */
  start: number;
  /** What is in it, without its header. */
  body: Buffer;
}

/** The boxes that lie one behind the other, at the top or inside another one. */
export function boxesOf(bytes: Buffer): Box[] {
  const boxes: Box[] = [];
  for (let start = 0; start < bytes.length; ) {
    const length = bytes.readUInt32BE(start);
    if (length < 8 || start + length > bytes.length)
      throw new RangeError(`A box of ${length} bytes at ${start} of ${bytes.length}.`);
    const type = bytes.toString('latin1', start + 4, start + 8);
    boxes.push({ type, start, body: bytes.subarray(start + 8, start + length) });
    start += length;
  }
  return boxes;
}

/** The boxes at a path of names, from the top down. */
export function boxesAt(bytes: Buffer, ...path: string[]): Box[] {
  const [name, ...deeper] = path;
  const found = boxesOf(bytes).filter(({ type }) => type === name);
  return deeper.length === 0 ? found : found.flatMap(({ body }) => boxesAt(body, ...deeper));
}

export function boxAt(bytes: Buffer, ...path: string[]): Buffer {
  const [found] = boxesAt(bytes, ...path);
  if (!found) throw new RangeError(`There is no ${path.join('/')}.`);
  return found.body;
}

const media = ['moov', 'trak', 'mdia'];
const table = [...media, 'minf', 'stbl'];

export interface Track {
  /** Of its sample entry. */
  type: string;
  /** Ticks in a second. */
  timescale: number;
  /** Of samples about which nothing else is said. */
  defaults: { duration: number; size: number };
  /** Of a picture, in pixels; 0 for sound. */
  width: number;
  height: number;
  /** Of sound, in a second; 0 for pictures. */
  sampleRate: number;
  /** The configuration of H.264 (14496-15 5.3.3.1), empty for others. */
  avcC: Buffer;
}

/** What the initialisation section says of its one track. */
export function trackOf(init: Buffer): Track {
  const mdhd = boxAt(init, ...media, 'mdhd');
  const timescale = mdhd.readUInt32BE(mdhd[0] === 1 ? 20 : 12);
  const trex = boxAt(init, 'moov', 'mvex', 'trex');
  // Behind the version, flags and the number of entries.
  const [entry] = boxesOf(boxAt(init, ...table, 'stsd').subarray(8));
  if (!entry) throw new RangeError('There is no sample entry.');
  const { type, body } = entry;
  const isPicture = type === 'avc1';
  return {
    ...{ type, timescale },
    defaults: { duration: trex.readUInt32BE(12), size: trex.readUInt32BE(16) },
    width: isPicture ? body.readUInt16BE(24) : 0,
    height: isPicture ? body.readUInt16BE(26) : 0,
    sampleRate: isPicture ? 0 : body.readUInt16BE(24),
    avcC: isPicture ? boxAt(body.subarray(78), 'avcC') : Buffer.alloc(0),
  };
}

export interface Sample {
  /** In ticks of the track. */
  decodedAt: number;
  shownAt: number;
  duration: number;
  bytes: Buffer;
}

/** The samples of one media segment, in the order in which they are stored. */
export function samplesOf(segment: Buffer, { defaults }: Track): Sample[] {
  return boxesAt(segment, 'moof').flatMap(({ start, body }) => {
    const tfdt = boxAt(body, 'traf', 'tfdt');
    let decodedAt = tfdt[0] === 1 ? Number(tfdt.readBigUInt64BE(4)) : tfdt.readUInt32BE(4);
    const usual = { ...defaults, ...fragmentDefaults(boxAt(body, 'traf', 'tfhd')) };
    return boxesAt(body, 'traf', 'trun').flatMap(({ body: trun }) => {
      const flags = trun.readUIntBE(1, 3);
      let at = 8;
      const next = () => {
        at += 4;
        return trun.readInt32BE(at - 4);
      };
      let place = start + (flags & 0x1 ? next() : 0);
      if (flags & 0x4) next();
      return Array.from({ length: trun.readUInt32BE(4) }, (): Sample => {
        const duration = flags & 0x100 ? next() : usual.duration;
        const size = flags & 0x200 ? next() : usual.size;
        if (flags & 0x400) next();
        const shownAt = decodedAt + (flags & 0x800 ? next() : 0);
        const sample = {
          decodedAt,
          shownAt,
          duration,
          bytes: segment.subarray(place, place + size),
        };
        decodedAt += duration;
        place += size;
        return sample;
      });
    });
  });
}

function fragmentDefaults(tfhd: Buffer): { duration?: number; size?: number } {
  const flags = tfhd.readUIntBE(1, 3);
  let at = 8 + (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0);
  const read = (flag: number) => {
    if (!(flags & flag)) return undefined;
    at += 4;
    return tfhd.readUInt32BE(at - 4);
  };
  const [duration, size] = [read(0x8), read(0x10)];
  return { ...(duration !== undefined && { duration }), ...(size !== undefined && { size }) };
}

/** Whether a sample of H.264 begins anew (an IDR picture): its first slice is of NAL unit type 5. */
export function isIdr({ bytes }: Sample, { avcC }: Track): boolean {
  const lengthBytes = ((avcC[4] ?? 0) & 3) + 1;
  for (let at = 0; at + lengthBytes < bytes.length; ) {
    const type = (bytes[at + lengthBytes] ?? 0) & 31;
    if (type === 1 || type === 5) return type === 5;
    at += lengthBytes + bytes.readUIntBE(at, lengthBytes);
  }
  return false;
}
