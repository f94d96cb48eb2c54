import { formatPercent } from '../../app/format.ts';
import classes from './Meter.module.css';

/** How much of something is used, as a bar and in words, which say all of it. */
export function Meter({
  usedBytes,
  totalBytes,
  isNearlyFull,
  words,
}: {
  usedBytes: number;
  totalBytes: number;
  isNearlyFull: boolean;
  words: string;
}) {
  const share = Math.min(1, totalBytes > 0 ? usedBytes / totalBytes : 0);
  return (
    <div className={classes.meter} data-nearly-full={isNearlyFull || undefined}>
      <div aria-hidden className={classes.track}>
        <div
          className={classes.fill}
          style={{ inlineSize: share === 0 ? 0 : `max(5px, ${share * 100}%)` }}
        />
      </div>
      <p className={classes.words}>
        <span>{words}</span>
        <span className={classes.share}>{formatPercent(share)}</span>
      </p>
    </div>
  );
}
