import classes from './Avatar.module.css';
import { initials, personColour } from './person.ts';

/** A person as initials on a colour that stays theirs. The name stands beside it, so it says nothing itself. */
export function Avatar({
  person,
  size = 32,
}: {
  person: { id: string; name: string };
  size?: number;
}) {
  return (
    <span
      className={classes.avatar}
      style={{
        width: size,
        height: size,
        fontSize: Math.round(size * 0.4),
        background: personColour(person.id),
      }}
      data-initials={initials(person.name)}
      aria-hidden="true"
    />
  );
}
