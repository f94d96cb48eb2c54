/** npm passes a Ctrl-C on that the terminal has already sent, a millisecond later: still one wish. */
const oneWishMs = 1_000;

/**
 * Resolves the wish to stop, from wherever it comes: a signal, or the end of whoever started this process.
 * @param onHurry called when it is asked for again
 */
export function listenForStop(onHurry: () => void): AbortSignal {
  const stop = new AbortController();
  let askedAtMs = -Infinity;
  const ask = () => {
    const nowMs = performance.now();
    if (!stop.signal.aborted) stop.abort();
    else if (nowMs - askedAtMs >= oneWishMs) onHurry();
    else return;
    askedAtMs = nowMs;
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask);
  if (process.send) process.once('disconnect', () => stop.abort());
  // A closed terminal takes no more lines, and that is no reason to leave the database running.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  return stop.signal;
}
