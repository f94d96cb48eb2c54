import type { PlayerPort } from './port.ts';

export const rates = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2] as const;

export type PlayerCommand =
  | { type: 'toggle' | 'fullScreen' | 'mute' }
  | { type: 'skip'; ms: number }
  | { type: 'volume'; by: number }
  | { type: 'rate'; steps: 1 | -1 };

/** What the page around the player does with a key. */
export type PageCommand = { type: 'newNote' | 'rangeStart' | 'rangeEnd' | 'help' };

export interface Key {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

/** @returns what a key asks for outside a text field, or `null` */
export function commandFor(pressed: Key): PlayerCommand | PageCommand | null {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return null;
  const skipMs = pressed.shiftKey ? 1_000 : 10_000;
  switch (pressed.key.length === 1 ? pressed.key.toLowerCase() : pressed.key) {
    case ' ':
    case 'k':
      return { type: 'toggle' };
    case 'j':
    case 'ArrowLeft':
      return { type: 'skip', ms: -skipMs };
    case 'l':
    case 'ArrowRight':
      return { type: 'skip', ms: skipMs };
    case 'ArrowUp':
      return { type: 'volume', by: 0.1 };
    case 'ArrowDown':
      return { type: 'volume', by: -0.1 };
    case '>':
      return { type: 'rate', steps: 1 };
    case '<':
      return { type: 'rate', steps: -1 };
    case 'f':
      return { type: 'fullScreen' };
    case 'm':
      return { type: 'mute' };
    case 'n':
      return { type: 'newNote' };
    case 'i':
      return { type: 'rangeStart' };
    case 'o':
      return { type: 'rangeEnd' };
    case '?':
      return { type: 'help' };
    default:
      return null;
  }
}

/** @returns the next speed up or down, staying within what is offered */
export function nextRate(rate: number, steps: 1 | -1): number {
  const nearest = rates.reduce((best, each) =>
    Math.abs(each - rate) < Math.abs(best - rate) ? each : best,
  );
  const index = (rates as readonly number[]).indexOf(nearest) + steps;
  return rates[Math.min(Math.max(index, 0), rates.length - 1)] ?? 1;
}

/** @returns true where a key belongs to what is focused, which has a use for it itself */
export function belongsToElement(element: Element | null, key: string): boolean {
  if (!element) return false;
  const isWithin = (selector: string) => element.closest(selector) !== null;
  if (isWithin('input:not([type=range]), textarea, [contenteditable=true]')) return true;
  if (isWithin('[role=dialog], [role=menu], [role=listbox]')) return true;
  if (key === ' ') return isWithin('button, a, summary, select, [role=button]');
  if (
    key.startsWith('Arrow') &&
    isWithin('input, select, [role=slider], [role=tab], [data-arrows]')
  )
    return true;
  // Up and down scroll the page, unless it is the video that one is at.
  if (key === 'ArrowUp' || key === 'ArrowDown') return !isWithin('[data-player]');
  return false;
}

export function runCommand(port: PlayerPort, command: PlayerCommand): void {
  const state = port.state();
  switch (command.type) {
    case 'toggle':
      if (state.isPaused) port.play();
      else port.pause();
      break;
    case 'skip':
      port.seekTo(port.currentMs() + command.ms);
      break;
    case 'volume':
      port.setVolume((state.isMuted ? 0 : state.volume) + command.by);
      break;
    case 'rate':
      port.setRate(nextRate(state.rate, command.steps));
      break;
    case 'fullScreen':
      port.toggleFullScreen();
      break;
    case 'mute':
      port.setMuted(!state.isMuted);
  }
}
