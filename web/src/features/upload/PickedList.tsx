import { ActionIcon } from '@mantine/core';
import { formatTimeCode } from '@second-look/core/time';
import { IconArrowDown, IconArrowUp, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useLayoutEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../app/format.ts';
import { readLengthMs } from './film-length.ts';
import classes from './PickedCard.module.css';
import { moveFile, takeOut } from './pending.ts';
import type { Picked } from './picked.ts';

/** The videos that were picked; where they are to become one lesson, in an order that can be changed. */
export function PickedList({
  picked,
  isOrdered,
  onSay,
}: {
  picked: readonly Picked[];
  isOrdered: boolean;
  onSay: (words: string) => void;
}) {
  const { t } = useTranslation('upload');
  const list = useRef<HTMLOListElement>(null);
  /** Which button has the focus after the list has changed: moving a row takes the focus from it. */
  const next = useRef<{ index: number; act: string } | null>(null);
  const last = picked.length - 1;

  useLayoutEffect(() => {
    if (!next.current) return;
    const { index, act } = next.current;
    next.current = null;
    const buttons = [...(list.current?.children[index]?.querySelectorAll('button') ?? [])];
    const open = buttons.filter(({ disabled }) => !disabled);
    (open.find(({ dataset }) => dataset.act === act) ?? open[0])?.focus();
  });

  const move = (index: number, by: -1 | 1) => {
    const to = index + by;
    if (!isOrdered || to < 0 || to > last) return;
    next.current = { index: to, act: by < 0 ? 'up' : 'down' };
    moveFile(index, to);
    const filename = picked[index]?.file.name;
    onSay(t('picked.moved', { filename, place: to + 1, count: picked.length }));
  };
  const leaveOut = (index: number) => {
    next.current = { index: Math.min(index, last - 1), act: 'out' };
    takeOut(index);
    onSay(t('picked.takenOut', { filename: picked[index]?.file.name, count: last }));
  };
  const byKey = (index: number) => (event: KeyboardEvent) => {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
    event.preventDefault();
    move(index, event.key === 'ArrowUp' ? -1 : 1);
  };

  return (
    <ol ref={list} className={classes.list} aria-label={t('picked.list')}>
      {picked.map(({ file }, index) => (
        <li key={keyOf(file)} className={classes.row}>
          {isOrdered && (
            <span className={classes.number} aria-hidden>
              {index + 1}
            </span>
          )}
          <FileWords file={file} />
          {isOrdered && (
            <>
              <ActionIcon
                className={classes.act}
                variant="default"
                data-act="up"
                disabled={index === 0}
                aria-label={t('picked.up', { filename: file.name })}
                onClick={() => move(index, -1)}
                onKeyDown={byKey(index)}
              >
                <IconArrowUp size={17} aria-hidden />
              </ActionIcon>
              <ActionIcon
                className={classes.act}
                variant="default"
                data-act="down"
                disabled={index === last}
                aria-label={t('picked.down', { filename: file.name })}
                onClick={() => move(index, 1)}
                onKeyDown={byKey(index)}
              >
                <IconArrowDown size={17} aria-hidden />
              </ActionIcon>
            </>
          )}
          <ActionIcon
            className={classes.act}
            variant="subtle"
            color="gray"
            data-act="out"
            aria-label={t('picked.out', { filename: file.name })}
            onClick={() => leaveOut(index)}
            onKeyDown={byKey(index)}
          >
            <IconX size={17} aria-hidden />
          </ActionIcon>
        </li>
      ))}
    </ol>
  );
}

/** Name, size, and length where the browser can tell. */
function FileWords({ file }: { file: File }) {
  const { data: lengthMs } = useQuery({
    queryKey: ['film-length', keyOf(file)],
    queryFn: () => readLengthMs(file),
    networkMode: 'always',
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <p className={classes.file}>
      <span className={classes.name}>{file.name}</span>
      <span className={classes.facts}>
        {[formatBytes(file.size), lengthMs && formatTimeCode(lengthMs)].filter(Boolean).join(' · ')}
      </span>
    </p>
  );
}

/** Two that were picked at once may have the same name, from different folders. */
const keys = new WeakMap<File, string>();
let lastKey = 0;
function keyOf(file: File): string {
  const known = keys.get(file);
  if (known) return known;
  lastKey += 1;
  const key = String(lastKey);
  keys.set(file, key);
  return key;
}
