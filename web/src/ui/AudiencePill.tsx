import { type Audience, audienceSentence } from '../features/recordings/audience.ts';
import classes from './AudiencePill.module.css';

/** Who can see a recording, as a pill: coloured as soon as it is anybody but its owner. */
export function AudiencePill({
  audience,
  form = 'full',
}: {
  audience: Audience;
  form?: 'full' | 'short';
}) {
  const sentence = audienceSentence(audience, { form, most: 3 });
  return (
    <span className={classes.pill} data-shared={audience.length > 0 || undefined} title={sentence}>
      {sentence}
    </span>
  );
}
