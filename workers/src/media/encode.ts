/** Runs a recipe whose outputs are fragmented files, and reads back what came out. */
import { join } from 'node:path';
import { MediaFailure } from './failure.ts';
import type { SourceFacts } from './inspect.ts';
import type { Chunk } from './plan.ts';
import { insistOnRoom } from './room.ts';
import { FfmpegError, runFfmpeg } from './run.ts';
import { type FragmentedFile, readFragmentedFile } from './segments.ts';
import type { MediaTools, Source } from './tools.ts';

export type EncodeOptions = {
  /** Told the done part of this call, from 0 to 1. */
  onProgress?: (done: number) => void;
  signal?: AbortSignal;
};

export type Recipe = {
  inputOptions: string[];
  graph?: string;
  /** `name` becomes the file's, in the target folder. */
  outputs: { name: string; options: string[] }[];
};

export type Encoded = {
  /** What ffmpeg wrote to its error output. */
  complaints: string;
  /** In the order of the recipe's outputs. */
  files: (FragmentedFile & { filePath: string })[];
};

/**
 * @param stretch the facts of the source, and what of it the recipe is about
 * @param targetDir a folder of its own, which also is ffmpeg's working directory
 * @throws MediaFailure `no_picture` where an output has nothing in it, `encode_failed`, `too_slow`; the
 * signal's reason when aborted; other errors for a full disk and the like
 */
export async function encode(
  source: Source,
  { facts, chunk }: { facts: SourceFacts; chunk: Chunk },
  recipe: Recipe,
  targetDir: string,
  tools: MediaTools,
  { onProgress, signal }: EncodeOptions,
): Promise<Encoded> {
  const endMs = chunk.endMs ?? facts.durationMs;
  const lengthMs = Math.max(1, (endMs ?? 0) - chunk.startMs);
  const places = recipe.outputs.map(({ name, options }) => ({
    options,
    target: join(targetDir, `${name}.m3u8`),
    filePath: join(targetDir, `${name}.m4s`),
  }));
  let complaints: string;
  try {
    complaints = await runFfmpeg(
      {
        source,
        inputOptions: recipe.inputOptions,
        graph: recipe.graph,
        outputs: places,
        workingDir: targetDir,
        signal,
        // A header may promise less than there is: what has been written counts as well.
        timeLimitMs: (writtenMs) =>
          10 * 60_000 + 20 * Math.max(lengthMs, writtenMs - chunk.startMs),
        onProgress: (writtenMs) =>
          onProgress?.(Math.min(1, Math.max(0, (writtenMs - chunk.startMs) / lengthMs))),
      },
      tools,
    );
  } catch (error) {
    throw error instanceof FfmpegError ? asFailure(error) : error;
  }
  const read = ({ target, filePath }: (typeof places)[number]) =>
    readFragmentedFile(target, filePath).then((file) => ({ ...file, filePath }));
  const files = await Promise.all(places.map(read)).catch(async () => {
    await insistOnRoom(targetDir);
    throw new MediaFailure('no_picture', complaints);
  });
  return { complaints, files };
}

// What the machine lacks is not the film's fault, and must not be told to its owner as if it were.
function asFailure(error: FfmpegError): Error {
  if (error.isMachineAtFault) return error;
  return new MediaFailure('encode_failed', `${error.stderrTail}\n${error.message}`.trim());
}
