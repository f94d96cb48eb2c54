import type { AnnotationKind } from '@second-look/core/contract';
import { useTranslation } from 'react-i18next';
import classes from './KindDot.module.css';

/** A kind of note as its coloured dot and its name: never the colour alone. */
export function KindDot({ kind }: { kind: AnnotationKind }) {
  const { t } = useTranslation();
  return (
    <span className={classes.kind} style={{ color: `var(--kind-${kind})` }}>
      {t(`kinds.${kind}`)}
    </span>
  );
}
