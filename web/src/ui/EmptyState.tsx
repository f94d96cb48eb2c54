import type { ReactNode } from 'react';
import classes from './EmptyState.module.css';

/** An empty place that says what belongs there and what to do next. */
export function EmptyState({
  picture,
  title,
  heading: Heading = 'h2',
  children,
  action,
}: {
  picture?: ReactNode;
  title: string;
  /** `h1` where it is all of the page. */
  heading?: 'h1' | 'h2';
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <section className={classes.empty}>
      {picture && <div className={classes.picture}>{picture}</div>}
      <Heading className={classes.title}>{title}</Heading>
      {children && <div className={classes.words}>{children}</div>}
      {action && <div className={classes.action}>{action}</div>}
    </section>
  );
}
