import { DetailedError, Upload as TusUpload } from 'tus-js-client';
import { readTrouble } from './transfer-trouble.ts';

/** One request carries so much at most: some proxies hold a whole body back, or refuse large ones. */
const chunkBytes = 64 * 1024 * 1024;

export interface Transfer {
  file: File;
  recordingId: string;
  /** Which file of the recording it is, counted from 0. */
  part: number;
  filename: string;
  filetype: string;
  uploadUrl: string | null;
  onAddress(uploadUrl: string): void;
  /** Bytes handed to the network so far. */
  onSent(bytes: number): void;
  /** Bytes that the server has confirmed. */
  onAccepted(bytes: number): void;
  signal: AbortSignal;
}

/**
 * Sends a file by tus, from wherever the server has it. Resolves when all bytes are there, or when
 * `signal` stops it (`false`).
 * @throws {TransferTrouble}
 */
export function sendFile(transfer: Transfer): Promise<boolean> {
  const { file, signal } = transfer;
  return new Promise((resolve, reject) => {
    const upload = new TusUpload(file, {
      endpoint: '/api/uploads',
      uploadUrl: transfer.uploadUrl,
      metadata: {
        recordingId: transfer.recordingId,
        part: String(transfer.part),
        filename: transfer.filename,
        filetype: transfer.filetype,
      },
      chunkSize: chunkBytes,
      // Trying again is the engine's: without end, and at once when the device is back.
      retryDelays: null,
      storeFingerprintForResuming: false,
      onUploadUrlAvailable: () => upload.url && transfer.onAddress(upload.url),
      onProgress: (bytes) => transfer.onSent(bytes),
      onChunkComplete: (_size, bytes) => transfer.onAccepted(bytes),
      onSuccess: () => resolve(true),
      onError: (error) => {
        const status =
          error instanceof DetailedError ? (error.originalResponse?.getStatus() ?? 0) : 0;
        reject(readTrouble(status, upload.url !== null, codeOf(error)));
      },
    });
    signal.addEventListener('abort', () => {
      void upload.abort();
      resolve(false);
    });
    upload.start();
  });
}

/** The code of the problem that the server answered with; empty where it said none. */
function codeOf(error: Error): string {
  const body = error instanceof DetailedError ? error.originalResponse?.getBody() : '';
  return /"code":"(\w+)"/.exec(body ?? '')?.[1] ?? '';
}

/** Takes the unfinished bytes off the server. */
export async function discard(uploadUrl: string): Promise<void> {
  await TusUpload.terminate(uploadUrl, { retryDelays: null });
}
