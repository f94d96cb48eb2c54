import { SoundBars } from './SoundBars.tsx';
import classes from './SoundLane.module.css';

/** How loud it is all along, over the lanes. */
export function SoundLane({ width }: { width: number }) {
  return <SoundBars className={classes.lane} width={width} height={22} pitch={4} thickness={2} />;
}
