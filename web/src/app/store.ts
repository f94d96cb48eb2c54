import { useSyncExternalStore } from 'react';

/** A value outside the pages that components can follow. */
export interface Store<T> {
  read(): T;
  write(change: (value: T) => T): void;
  /** Follows the value from a component. */
  use(): T;
}

export function createStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  const read = () => value;
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  };
  return {
    read,
    write(change) {
      value = change(value);
      for (const listener of listeners) listener();
    },
    use: () => useSyncExternalStore(subscribe, read),
  };
}
