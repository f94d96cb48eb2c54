import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createPersistedStore } from './persisted-store.ts';

const stored = new Map<string, string>();
let isFull = false;
beforeEach(() => {
  stored.clear();
  isFull = false;
  vi.stubGlobal('window', new EventTarget());
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem(key: string, text: string) {
      if (isFull) throw new Error('full');
      stored.set(key, text);
    },
    removeItem: (key: string) => stored.delete(key),
  });
});
afterEach(() => vi.unstubAllGlobals());

const openTab = () =>
  createPersistedStore<string[], string>({
    key: 'list',
    reduce: (list, word) => [...list, word],
    restore: (value) => (Array.isArray(value) ? value : []),
    isEmpty: (list) => list.length === 0,
  });

it('keeps what two tabs add, and shows it in both', () => {
  const [one, other] = [openTab(), openTab()];
  one.dispatch('a');
  other.dispatch('b');
  one.dispatch('c');
  expect(openTab().get()).toEqual(['a', 'b', 'c']);
  expect(other.get()).toEqual(['a', 'b', 'c']);
  expect(other.get()).toBe(other.get());
});

it('tells its readers of a change, in this tab or another', () => {
  const store = openTab();
  let count = 0;
  const leave = store.subscribe(() => {
    count += 1;
  });
  openTab().dispatch('here');
  expect(count).toBe(1);
  const elsewhere = (key: string) => Object.assign(new Event('storage'), { key });
  window.dispatchEvent(elsewhere('list'));
  window.dispatchEvent(elsewhere('something else'));
  expect(count).toBe(2);
  leave();
  window.dispatchEvent(elsewhere('list'));
  openTab().dispatch('unheard');
  expect(count).toBe(2);
});

it('goes on without room to store', () => {
  const store = openTab();
  store.dispatch('kept');
  isFull = true;
  store.dispatch('in memory');
  expect(store.get()).toEqual(['kept', 'in memory']);
});
