import { useEffect, useRef } from 'react';
import { belongsToElement, commandFor, type PageCommand, runCommand } from './keyboard.ts';
import type { PlayerPort } from './port.ts';

const pageCommands = ['newNote', 'rangeStart', 'rangeEnd', 'help'];

/** Lets the whole page's keys drive the player, except where something focused needs them itself. */
export function useShortcuts(
  port: PlayerPort | null,
  isOn: boolean,
  onPageCommand: (command: PageCommand) => void,
): void {
  const latest = useRef(onPageCommand);
  useEffect(() => {
    latest.current = onPageCommand;
  });
  useEffect(() => {
    if (!port || !isOn) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      if (belongsToElement(document.activeElement, event.key)) return;
      const command = commandFor(event);
      if (!command) return;
      event.preventDefault();
      if (isPageCommand(command)) latest.current(command);
      else runCommand(port, command);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [port, isOn]);
}

function isPageCommand(command: { type: string }): command is PageCommand {
  return pageCommands.includes(command.type);
}
