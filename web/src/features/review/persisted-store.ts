import { useMemo, useSyncExternalStore } from 'react';

export interface Store<S, A> {
  get: () => S;
  dispatch: (action: A) => void;
  subscribe: (listener: () => void) => () => void;
}

interface StoreOptions<S, A> {
  key: string;
  reduce: (state: S, action: A) => S;
  /** From what was stored, or `undefined` where nothing was. */
  restore: (stored: unknown) => S;
  /** True where there is nothing worth keeping. */
  isEmpty: (state: S) => boolean;
}

/** A state that survives a reload. Where the browser gives no storage it lives as long as the page. */
export function createPersistedStore<S, A>(options: StoreOptions<S, A>): Store<S, A> {
  const { key, reduce, isEmpty } = options;
  let state = options.restore(readStored(key));
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    dispatch(action) {
      state = reduce(state, action);
      writeStored(key, isEmpty(state) ? undefined : state);
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useStore<S, A>(store: Store<S, A>): S {
  return useSyncExternalStore(store.subscribe, store.get);
}

/** A text that survives a reload: an answer half written, or an edit. */
export function usePersistedText(key: string, initial = ''): [string, (text: string) => void] {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text it began with is read once
  const store = useMemo(
    () =>
      createPersistedStore<string, string>({
        key,
        reduce: (_, text) => text,
        restore: (stored) => (typeof stored === 'string' ? stored : initial),
        isEmpty: (text) => text === '' || text === initial,
      }),
    [key],
  );
  return [useStore(store), store.dispatch];
}

export function readStored(key: string): unknown {
  try {
    const text = localStorage.getItem(key);
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Full or forbidden storage must not stop anybody from writing a note. */
export function writeStored(key: string, value: unknown): void {
  try {
    if (value === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    return;
  }
}
