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

/** Whoever follows a key in this page; the browser tells only the other tabs that it has changed. */
const listeners = new Map<string, Set<() => void>>();

/**
 * A state that survives a reload and is one in all tabs: each change is made to what is stored then. Where
 * the browser gives no storage it lives as long as the page.
 */
export function createPersistedStore<S, A>(options: StoreOptions<S, A>): Store<S, A> {
  const { key, reduce, restore, isEmpty } = options;
  let text = readText(key);
  let state = restore(parse(text));
  const get = () => {
    const latest = readText(key);
    if (latest !== text) {
      text = latest;
      state = restore(parse(latest));
    }
    return state;
  };
  return {
    get,
    dispatch(action) {
      state = reduce(get(), action);
      writeStored(key, isEmpty(state) ? undefined : state);
      // As it is now: full storage kept what it had.
      text = readText(key);
      for (const listener of listeners.get(key) ?? []) listener();
    },
    subscribe(listener) {
      const onStorage = (event: StorageEvent) => {
        if (event.key === key || event.key === null) listener();
      };
      const here = listeners.get(key) ?? new Set();
      listeners.set(key, here.add(listener));
      window.addEventListener('storage', onStorage);
      return () => {
        here.delete(listener);
        if (here.size === 0) listeners.delete(key);
        window.removeEventListener('storage', onStorage);
      };
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
  return parse(readText(key));
}

function readText(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function parse(text: string | null): unknown {
  try {
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
