/** Two ways to do the same, taken in turns within one run, so that the machine's moods reach both. */
export async function inTurns(
  rounds: number,
  ways: { ours(): Promise<number>; peer(): Promise<number> },
): Promise<{ ours: number[]; peer: number[] }> {
  const measured = { ours: [] as number[], peer: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    // Whoever goes first finds another disk and another heat than whoever goes second.
    const order = round % 2 === 0 ? (['ours', 'peer'] as const) : (['peer', 'ours'] as const);
    for (const way of order) measured[way].push(await ways[way]());
  }
  return measured;
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2;
}

/** "0.94 (0.91 to 0.97)": the median, and the least and the most. */
export function spread(values: number[], digits = 2): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(digits)} (${least.toFixed(digits)} to ${most.toFixed(digits)})`;
}

export interface Figure {
  what: string;
  figure: string;
  aim: string;
  isMet: boolean;
  /** What it was held against, where it is a ratio. */
  peer?: string;
  n: number;
}

export function print({ what, figure, aim, isMet, peer, n }: Figure): void {
  const lines = [
    `${what}: ${figure}; aim ${aim}: ${isMet ? 'met' : 'MISSED'} (n = ${n})`,
    ...(peer ? [`  against ${peer}`] : []),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

export function say(words: string): void {
  process.stderr.write(`${words}\n`);
}
