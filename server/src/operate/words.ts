/** "1 row", "2 rows". */
export function counted(count: number, what: string): string {
  return `${count.toLocaleString('en-GB')} ${what}${count === 1 ? '' : 's'}`;
}

/** "512 bytes", "1.2 GB", in powers of a thousand. */
export function bytesInWords(bytes: number): string {
  const units = ['kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 'bytes';
  for (const next of units) {
    if (value < 1000) break;
    value /= 1000;
    unit = next;
  }
  return `${unit === 'bytes' ? value : value.toFixed(1)} ${unit}`;
}
