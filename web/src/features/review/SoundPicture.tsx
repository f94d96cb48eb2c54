import { useElementSize } from '@mantine/hooks';
import { IconMicrophone } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { SoundBars } from './SoundBars.tsx';
import classes from './SoundPicture.module.css';

/** How loud it is all along, large, where a film would have its picture. */
export function SoundPicture() {
  const { t } = useTranslation('review');
  const { ref, width, height } = useElementSize();
  return (
    <div className={classes.panel}>
      <p className={classes.caption}>
        <IconMicrophone size={17} aria-hidden />
        {t('soundOnly')}
      </p>
      <div ref={ref} className={classes.area}>
        <SoundBars
          className={classes.bars}
          width={width}
          height={height}
          pitch={width < 500 ? 5 : 8}
          thickness={width < 500 ? 3 : 4}
        />
      </div>
    </div>
  );
}
