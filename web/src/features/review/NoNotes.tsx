import { useTranslation } from 'react-i18next';
import { firstName } from '../../ui/person.ts';
import classes from './NoNotes.module.css';
import { useReview } from './review-context.ts';

/** An empty tab says what belongs there and how to begin. */
export function NoNotes() {
  const { t } = useTranslation('review');
  const { tab } = useReview();
  const which = tab.withName === null ? 'private' : tab.canComment ? 'talk' : 'closed';
  const name = tab.withName === null ? '' : firstName(tab.withName);
  return (
    <div className={classes.empty}>
      <h2>{t(`empty.${which}.title`, { name })}</h2>
      <p>{t(`empty.${which}.words`, { name })}</p>
    </div>
  );
}
