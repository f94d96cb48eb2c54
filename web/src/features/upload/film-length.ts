const patienceMs = 4_000;
let before: Promise<unknown> = Promise.resolve();

/** How long a film runs, in ms; `null` where the browser cannot tell at once. One after another is read. */
export function readLengthMs(file: File): Promise<number | null> {
  // A browser complains of an empty one.
  if (file.size === 0) return Promise.resolve(null);
  const length = before.then(() => lengthMs(file));
  before = length;
  return length;
}

function lengthMs(file: File): Promise<number | null> {
  const address = URL.createObjectURL(file);
  const video = document.createElement('video');
  return new Promise<number | null>((resolve) => {
    setTimeout(resolve, patienceMs, null);
    video.onerror = () => resolve(null);
    video.onloadedmetadata = () => {
      // Some recordings have no length in them.
      resolve(Number.isFinite(video.duration) ? Math.round(video.duration * 1000) : null);
    };
    video.preload = 'metadata';
    video.src = address;
  }).finally(() => {
    video.removeAttribute('src');
    video.load();
    URL.revokeObjectURL(address);
  });
}
