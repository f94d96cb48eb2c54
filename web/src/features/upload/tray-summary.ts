import type { Upload, UploadState } from './uploads.ts';

export interface TraySummary {
  /** What matters most among all uploads. */
  state: 'attention' | 'uploading' | 'retrying' | 'checking' | 'waiting' | 'safe';
  /** How many it holds for. */
  count: number;
  sentBytes: number;
  sizeBytes: number;
  bytesPerSecond: number | null;
}

const groups = {
  attention: ['needs-file', 'needs-leave', 'failed'],
  uploading: ['uploading', 'waiting', 'elsewhere'],
  retrying: ['retrying'],
  checking: ['checking'],
  waiting: ['paused'],
  safe: ['safe'],
} as const satisfies Record<TraySummary['state'], readonly UploadState[]>;

/** All uploads in one line; `undefined` where there are none. */
export function traySummary(uploads: readonly Upload[]): TraySummary | undefined {
  for (const [state, members] of Object.entries(groups)) {
    const found = uploads.filter((upload) => members.some((member) => member === upload.state));
    if (found.length === 0) continue;
    const sum = (read: (upload: Upload) => number) =>
      found.reduce((total, upload) => total + read(upload), 0);
    return {
      state: state as TraySummary['state'],
      count: found.length,
      sentBytes: sum(({ sentBytes }) => sentBytes),
      sizeBytes: sum(({ sizeBytes }) => sizeBytes),
      bytesPerSecond: sum(({ bytesPerSecond }) => bytesPerSecond ?? 0) || null,
    };
  }
  return undefined;
}
