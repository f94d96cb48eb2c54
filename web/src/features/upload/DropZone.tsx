import { IconUpload } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import classes from './DropZone.module.css';
import { addPicked } from './pending.ts';
import { pickedFromDrop } from './picked.ts';

/**
 * Takes files dropped anywhere on the page, and says so while they are held over it. What has to be decided
 * about several is asked on the page for uploads.
 */
export function DropZone({ title, words }: { title: string; words: string }) {
  const [isOver, setOver] = useState(false);
  // Each element under the pointer says "enter" and "leave"; the page is left when they are even.
  const depth = useRef(0);
  const navigate = useNavigate();

  useEffect(() => {
    const ending = new AbortController();
    const follow = (
      type: 'dragenter' | 'dragover' | 'dragleave' | 'drop',
      then: (data: DataTransfer) => void,
    ) =>
      window.addEventListener(
        type,
        (event) => {
          if (!event.dataTransfer?.types.includes('Files')) return;
          event.preventDefault();
          then(event.dataTransfer);
        },
        { signal: ending.signal },
      );
    const move = (by: number) => {
      depth.current = Math.max(0, depth.current + by);
      setOver(depth.current > 0);
    };
    follow('dragenter', () => move(1));
    follow('dragleave', () => move(-1));
    follow('dragover', (data) => {
      data.dropEffect = 'copy';
    });
    follow('drop', (data) => {
      move(-depth.current);
      void addPicked(pickedFromDrop(data)).then((isAsked) => {
        if (isAsked) void navigate({ to: '/upload' });
      });
    });
    return () => ending.abort();
  }, [navigate]);

  if (!isOver) return null;
  return (
    <div className={classes.over}>
      <div className={classes.card}>
        <IconUpload size={34} aria-hidden />
        <p className={classes.title}>{title}</p>
        <p className={classes.words}>{words}</p>
      </div>
    </div>
  );
}
