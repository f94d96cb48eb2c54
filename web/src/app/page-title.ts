import { useEffect } from 'react';
import { isolated } from './isolated.ts';

/** Names the page in the browser's tab and history, the most particular part first. */
export function usePageTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title ? `${isolated(title)} · Second Look` : 'Second Look';
  }, [title]);
}
