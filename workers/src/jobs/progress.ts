/**
 * Tells how far a piece of work is: never backwards, not too often, one word at a time and the latest last.
 * @param save told the done part, from 0 to 1; where it fails, a later word makes up for it
 */
export function progressTeller(save: (done: number) => Promise<void>, everyMs = 1_000) {
  let highest = -1;
  let saved = -1;
  let saving = Promise.resolve();
  let pause: NodeJS.Timeout | undefined;
  const saveHighest = () => {
    const next = highest;
    if (next === saved) return;
    saved = next;
    saving = saving.then(() => save(next)).catch(() => {});
  };
  return {
    tell(done: number) {
      if (done <= highest) return;
      highest = done;
      if (pause) return;
      saveHighest();
      pause = setTimeout(() => {
        pause = undefined;
        saveHighest();
      }, everyMs);
    },
    /** Resolves once nothing more will be told. */
    async end() {
      clearTimeout(pause);
      saveHighest();
      await saving;
    },
  };
}
