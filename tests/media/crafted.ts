/** Changes an MP4's boxes by hand, for files that no honest tool writes; and makes what most builds have no encoder for. */

/**
 * Speech as mobile phones used to record it (AMR at 4.75 kbit/s, RFC 4867 5.3): frames of 20 ms, each a byte of
 * header and twelve of what may be anything.
 */
export function amrSound(seconds: number): Buffer {
  const frame = Buffer.from([0x04, ...Array.from({ length: 12 }, (_, byte) => (byte * 89) % 256)]);
  return Buffer.concat([Buffer.from('#!AMR\n'), ...Array<Buffer>(seconds * 50).fill(frame)]);
}

/**
 * The same film, its first track marked as turned clockwise, as phones do: by a matrix in the
 * track's header (ISO/IEC 14496-12 8.3.2).
 */
export function turnedMovie(movie: Buffer, degrees: 90 | 180 | 270): Buffer {
  const bytes = Buffer.from(movie);
  const matrix = bytes.indexOf('tkhd') + 44;
  const one = 0x10000;
  const [a, b, c, d] = {
    90: [0, one, -one, 0],
    180: [-one, 0, 0, -one],
    270: [0, -one, one, 0],
  }[degrees] as [number, number, number, number];
  bytes.writeInt32BE(a, matrix);
  bytes.writeInt32BE(b, matrix + 4);
  bytes.writeInt32BE(c, matrix + 12);
  bytes.writeInt32BE(d, matrix + 16);
  return bytes;
}

/**
 * The same file with its track's data said to lie in another file (QuickTime's `alis` reference).
 * Works for one track and an index behind the data, where growing boxes move nothing.
 */
export function externalReferenceMovie(movie: Buffer, path: string): Buffer {
  const path8 = Buffer.from(path, 'utf8');
  const reference = aliasBox(path8);
  const dref = movie.lastIndexOf('dref') - 4;
  const oldLength = movie.readUInt32BE(dref);
  const newDref = Buffer.concat([movie.subarray(dref, dref + 16), reference]);
  newDref.writeUInt32BE(newDref.length, 0);
  const bytes = Buffer.concat([movie.subarray(0, dref), newDref, movie.subarray(dref + oldLength)]);
  const grown = newDref.length - oldLength;
  for (const parent of ['moov', 'trak', 'mdia', 'minf', 'dinf']) {
    const at = bytes.lastIndexOf(parent, dref) - 4;
    bytes.writeUInt32BE(bytes.readUInt32BE(at) + grown, at);
  }
  return bytes;
}

// A Mac alias record as ffmpeg's demuxer reads it: 150 fixed bytes, then typed strings; type 2
// (absolute path) and type -1 (end).
function aliasBox(path: Buffer): Buffer {
  const fixed = Buffer.alloc(150);
  // How many folders up and down: both ends unknown, so that only the absolute path is left.
  fixed.fill(0xff, 130, 134);
  const name = Buffer.alloc(4 + path.length + (path.length % 2));
  name.writeInt16BE(2, 0);
  name.writeInt16BE(path.length, 2);
  path.copy(name, 4);
  const end = Buffer.from([0xff, 0xff, 0, 0]);
  const body = Buffer.concat([Buffer.alloc(4), fixed, name, end]);
  const box = Buffer.concat([Buffer.alloc(8), body]);
  box.writeUInt32BE(box.length, 0);
  box.write('alis', 4, 'latin1');
  return box;
}
