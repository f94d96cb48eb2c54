import { describe, expect, it } from 'vitest';
import { commandFor, type Key, nextRate } from './keyboard.ts';

const press = (key: string, held: Partial<Key> = {}): Key => ({
  key,
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...held,
});

describe('commandFor', () => {
  it('plays and pauses with the space bar and k, whatever the case', () => {
    for (const key of [' ', 'k', 'K']) expect(commandFor(press(key))).toEqual({ type: 'toggle' });
  });

  it('skips ten seconds, or one with shift', () => {
    expect(commandFor(press('j'))).toEqual({ type: 'skip', ms: -10_000 });
    expect(commandFor(press('ArrowRight'))).toEqual({ type: 'skip', ms: 10_000 });
    expect(commandFor(press('L', { shiftKey: true }))).toEqual({ type: 'skip', ms: 1_000 });
    expect(commandFor(press('ArrowLeft', { shiftKey: true }))).toEqual({
      type: 'skip',
      ms: -1_000,
    });
  });

  it('leaves the keys of the browser and the system alone', () => {
    expect(commandFor(press('l', { ctrlKey: true }))).toBeNull();
    expect(commandFor(press('f', { metaKey: true }))).toBeNull();
    expect(commandFor(press('ArrowLeft', { altKey: true }))).toBeNull();
    expect(commandFor(press('Tab'))).toBeNull();
  });

  it('knows the keys of the page', () => {
    expect(commandFor(press('n'))).toEqual({ type: 'newNote' });
    expect(commandFor(press('?', { shiftKey: true }))).toEqual({ type: 'help' });
  });
});

describe('nextRate', () => {
  it('steps through the speeds that are offered and stays within them', () => {
    expect(nextRate(1, 1)).toBe(1.25);
    expect(nextRate(1, -1)).toBe(0.75);
    expect(nextRate(2, 1)).toBe(2);
    expect(nextRate(0.5, -1)).toBe(0.5);
    expect(nextRate(1.1, 1)).toBe(1.25);
  });
});
