import type { ReactNode } from 'react';
import classes from './Offer.module.css';

interface OfferProps {
  words: ReactNode;
  /** Announced when it comes up by itself. */
  role?: 'status';
  children: ReactNode;
}

/** A sentence in a line of its own, and buttons for what can be done about it. */
export function Offer({ words, role, children }: OfferProps) {
  return (
    <div className={classes.offer} role={role}>
      <span>{words}</span>
      {children}
    </div>
  );
}
