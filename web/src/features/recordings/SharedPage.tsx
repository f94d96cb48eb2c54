import './strings.ts';
import type { Recording } from '@second-look/core/contract';
import { useTranslation } from 'react-i18next';
import { usePageTitle } from '../../app/page-title.ts';
import pages from '../../app/pages.module.css';
import { Avatar } from '../../ui/Avatar.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { accessSentence } from './access-sentence.ts';
import { cardStatus } from './card-status.ts';
import { Poster } from './Poster.tsx';
import { aboutLine, CardFrame } from './RecordingCard.tsx';
import { RecordingGrid } from './RecordingGrid.tsx';
import classes from './SharedPage.module.css';

/** What colleagues have shared with the reader. */
export default function SharedPage() {
  const { t } = useTranslation('recordings');
  usePageTitle(t('shared.title'));
  return (
    <main id="main" tabIndex={-1} className={pages.page}>
      <h1>{t('shared.title')}</h1>
      <p className={classes.words}>{t('shared.words')}</p>
      <RecordingGrid
        scope="shared"
        card={(recording) => <SharedCard recording={recording} />}
        empty={
          <EmptyState title={t('shared.emptyTitle')}>
            <p>{t('shared.empty')}</p>
          </EmptyState>
        }
      />
    </main>
  );
}

function SharedCard({ recording }: { recording: Recording }) {
  return (
    <CardFrame
      heading="h2"
      recording={recording}
      poster={<Poster {...recording} status={cardStatus(recording)} />}
    >
      <p className={classes.about}>{aboutLine(recording)}</p>
      <div className={classes.owner}>
        <Avatar person={recording.owner} size={28} />
        <div>
          <b>{recording.owner.name}</b>
          <p className={classes.access}>{recording.access && accessSentence(recording.access)}</p>
        </div>
      </div>
    </CardFrame>
  );
}
