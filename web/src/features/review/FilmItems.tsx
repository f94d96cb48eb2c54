import { Menu } from '@mantine/core';
import { IconFileUpload, IconPhoto, IconRotateClockwise2, IconScissors } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { chooseCover, turnFilm } from './film.ts';
import { useReview } from './review-context.ts';

/** What its owner does with the film itself, in the lesson's menu. */
export function FilmItems({ onTrim, onCopy }: { onTrim: () => void; onCopy: () => void }) {
  const { t } = useTranslation('review');
  const { recording, port } = useReview();
  if (!recording.film) return null;
  return (
    <>
      <Menu.Divider />
      {recording.film.hasPicture && (
        <>
          <Menu.Item
            leftSection={<IconPhoto size={16} />}
            onClick={() => void chooseCover(recording.id, port?.currentMs() ?? 0)}
          >
            {t('film.chooseCover')}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconRotateClockwise2 size={16} />}
            onClick={() => void turnFilm(recording)}
          >
            {t('film.turn')}
          </Menu.Item>
        </>
      )}
      <Menu.Item leftSection={<IconScissors size={16} />} onClick={onTrim}>
        {t('film.trim')}
      </Menu.Item>
      <Menu.Item leftSection={<IconFileUpload size={16} />} onClick={onCopy}>
        {t('film.copy')}
      </Menu.Item>
    </>
  );
}
