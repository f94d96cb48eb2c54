/** Small files that claim what no camera makes, for films that are to be refused, not tried. */

/** A box of ISO/IEC 14496-12 4.2. */
function box(type: string, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length, 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
}

const words = (...values: number[]) => {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, at) => {
    bytes.writeUInt32BE(value >>> 0, at * 4);
  });
  return bytes;
};

const fileType = box('ftyp', Buffer.from('qt  \0\0\0\0qt  ', 'latin1'));

/** A QuickTime movie that is nothing but the address of another one. */
export function referenceMovie(address: string): Buffer {
  const url = Buffer.from(`${address}\0`, 'latin1');
  const reference = box('rdrf', words(0), Buffer.from('url '), words(url.length), url);
  return Buffer.concat([fileType, box('moov', box('rmra', box('rmda', reference)))]);
}

/**
 * The same movie with its pictures said to lie at an address (`url `, 8.7.2), and gone from the file itself.
 * Works for one track and an index behind the data.
 */
export function movieAtAddress(movie: Buffer, address: string): Buffer {
  const moov = boxAt(movie, movie.lastIndexOf('moov') - 4);
  const url = box('url ', words(0), Buffer.from(`${address}\0`, 'latin1'));
  return Buffer.concat([fileType, replaced(moov, 'dref', () => box('dref', words(0, 1), url))]);
}

/**
 * A movie of one picture, shown so many times in a second. The file grows by four bytes for each.
 * @param movie of one track, with an index behind the data
 */
export function endlessMovie(movie: Buffer, pictures: number, perSecond: number): Buffer {
  const start = movie.lastIndexOf('moov') - 4;
  let moov: Buffer = Buffer.from(boxAt(movie, start));
  // Its edit list would end it after the one picture.
  moov.write('free', moov.indexOf('edts'), 'latin1');
  const timescale = moov.readUInt32BE(moov.indexOf('mdhd') + 4 + 12);
  // ffmpeg writes the size of a single picture as that of all.
  const size = moov.readUInt32BE(moov.indexOf('stsz') + 4 + 4);
  const place = moov.readUInt32BE(moov.indexOf('stco') + 4 + 8);
  const step = Math.max(1, Math.round(timescale / perSecond));
  moov = replaced(moov, 'stts', () => box('stts', words(0, 1, pictures, step)));
  moov = replaced(moov, 'stsz', () => box('stsz', words(0, size, pictures)));
  moov = replaced(moov, 'stsc', () => box('stsc', words(0, 1, 1, 1, 1)));
  const places = Buffer.concat([words(0, pictures), Buffer.alloc(pictures * 4, words(place))]);
  moov = replaced(moov, 'stco', () => box('stco', places));
  return Buffer.concat([movie.subarray(0, start), moov]);
}

/** The same index, with a number of pictures that the file has no room for. */
export function boastfulMovie(movie: Buffer, pictures: number): Buffer {
  const bytes = Buffer.from(movie);
  bytes.writeUInt32BE(1, bytes.lastIndexOf('stsz') + 4 + 4);
  bytes.writeUInt32BE(pictures, bytes.lastIndexOf('stsz') + 4 + 8);
  bytes.writeUInt32BE(pictures, bytes.lastIndexOf('stts') + 4 + 8);
  return bytes;
}

/**
 * The same movie with pictures that say they are enormous, in as few bytes as before.
 * @param movie whose pictures are PNG
 * @param from the first of them that does
 */
export function swellingMovie(movie: Buffer, from: number): Buffer {
  const bytes = Buffer.from(movie);
  const header = (at: number) => bytes.indexOf('IHDR', at);
  for (let at = header(0), picture = 0; at >= 0; at = header(at + 4), picture += 1) {
    // Width and height (PNG 11.2.2); nobody looks at the checksum.
    if (picture >= from) words(60_000, 60_000).copy(bytes, at + 4);
  }
  return bytes;
}

/** MP4 and Matroska that say they hold so many tracks. */
export function crowdedMovie(tracks: number): Buffer {
  const track = box(
    'trak',
    box('mdia', box('hdlr', words(0, 0), Buffer.from('vide'), words(0, 0, 0, 0))),
  );
  return Buffer.concat([fileType, box('moov', ...Array<Buffer>(tracks).fill(track))]);
}

export function crowdedMatroska(tracks: number): Buffer {
  const entry = (track: number) =>
    element('ae', element('d7', number(track)), element('73c5', number(track)), ...video);
  const entries = Array.from({ length: tracks }, (_, track) => entry(track + 1));
  const header = element('1a45dfa3', element('4282', Buffer.from('matroska')));
  return Buffer.concat([header, element('18538067', element('1654ae6b', ...entries), cluster)]);
}

const cluster = element('1f43b675', element('e7', number(0)));
const video = [element('83', number(1)), element('86', Buffer.from('V_VP8'))];

/** An element of EBML (RFC 8794), its length in eight bytes. */
function element(id: string, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(body.length) | (1n << 56n));
  return Buffer.concat([Buffer.from(id, 'hex'), length, body]);
}

function number(value: number): Buffer {
  return words(value);
}

function boxAt(bytes: Buffer, at: number): Buffer {
  return bytes.subarray(at, at + bytes.readUInt32BE(at));
}

const parents = ['moov', 'trak', 'mdia', 'minf', 'dinf', 'stbl'];

/** A box with the first one of a type inside it made anew, whatever lies around it growing along. */
function replaced(bytes: Buffer, type: string, make: () => Buffer): Buffer {
  const name = bytes.toString('latin1', 4, 8);
  if (name === type) return make();
  if (!parents.includes(name)) return bytes;
  const children: Buffer[] = [];
  for (let at = 8; at < bytes.length; at += bytes.readUInt32BE(at))
    children.push(replaced(boxAt(bytes, at), type, make));
  return box(name, ...children);
}
