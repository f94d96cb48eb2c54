import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Offer } from '../../ui/Offer.tsx';
import { useReview } from './review-context.ts';

/**
 * Offers the version that was finished while somebody watches: they stay on the one they began with until
 * they say otherwise, and go on at the same moment.
 */
export function BetterVersion() {
  const { t } = useTranslation('review');
  const { recording, port } = useReview();
  const { mediaVersion } = recording;
  const turned = recording.film?.turned ?? 0;
  const [begunWith, setBegunWith] = useState({ mediaVersion, turned });
  const isOffered = port && mediaVersion !== null && mediaVersion !== begunWith.mediaVersion;
  const change = () => {
    setBegunWith({ mediaVersion, turned });
    port?.reload();
  };
  // Whoever turned it waits to see it turned.
  const isAwaited = isOffered && turned !== begunWith.turned;
  useEffect(() => {
    if (isAwaited) change();
  });
  if (!isOffered || isAwaited) return null;
  return (
    <Offer role="status" words={t(recording.hasPicture ? 'better.ready' : 'better.readySound')}>
      <Button size="compact-sm" variant="light" onClick={change}>
        {t('better.change')}
      </Button>
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        onClick={() => setBegunWith({ mediaVersion, turned })}
      >
        {t('better.stay')}
      </Button>
    </Offer>
  );
}
