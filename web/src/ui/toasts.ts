import { createStore } from '../app/store.ts';

export interface Toast {
  id: number;
  message: string;
  tone: 'plain' | 'trouble';
  /** Takes back what the message tells. */
  undo?: () => void;
  /** The path of a page that shows the same itself: there the toast is only spoken. */
  isShownOn?: string;
}

export const toastStore = createStore<readonly Toast[]>([]);
let lastId = 0;

/** Says something briefly at the edge of the screen, with a button to undo it where `undo` is given. */
export function showToast(
  message: string,
  { tone = 'plain', ...more }: Partial<Pick<Toast, 'undo' | 'tone' | 'isShownOn'>> = {},
): void {
  lastId += 1;
  const toast = { id: lastId, message, tone, ...more };
  // Three at most: older ones have been read, or are not worth the screen.
  toastStore.write((toasts) => [...toasts, toast].slice(-3));
}

export function dismissToast(id: number): void {
  toastStore.write((toasts) => toasts.filter((toast) => toast.id !== id));
}
