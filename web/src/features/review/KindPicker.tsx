import type { AnnotationKind } from '@second-look/core/contract';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './KindPicker.module.css';
import { kinds } from './kinds.ts';

interface KindPickerProps {
  kind: AnnotationKind;
  onChange: (kind: AnnotationKind) => void;
}

export function KindPicker({ kind, onChange }: KindPickerProps) {
  const { t } = useTranslation(['review', 'app']);
  const name = useId();
  return (
    <fieldset className={classes.kinds}>
      <legend className={classes.legend}>{t('kind')}</legend>
      {kinds.map((each) => (
        <label key={each} className={classes.kind} style={{ color: `var(--kind-${each})` }}>
          <input
            type="radio"
            name={name}
            value={each}
            checked={each === kind}
            onChange={() => onChange(each)}
          />
          <span>{t(`app:kinds.${each}`)}</span>
        </label>
      ))}
    </fieldset>
  );
}
