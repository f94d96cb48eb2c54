import type { AdministrationStatus } from '@second-look/core/contract';
import { useTranslation } from 'react-i18next';
import { formatDate } from '../../app/format.ts';
import classes from './AdministrationPage.module.css';
import { ageInWords } from './age.ts';
import { Card } from './Card.tsx';
import { plainVersion } from './concerns.ts';

type Worker = AdministrationStatus['workers'][number];

/** The versions and places of everything that the product stands on. */
export function PartsCard({ status }: { status: AdministrationStatus }) {
  const { t } = useTranslation('administration');
  const { versions, queue, store, migrations, address, clockAheadMs, workers } = status;
  const last = migrations.at(-1);
  const seconds = Math.round(Math.abs(clockAheadMs) / 1000);
  const clock = t('parts.clockOff', { seconds, context: clockAheadMs > 0 ? 'ahead' : 'behind' });
  const rows: [string, string][] = [
    [t('parts.product'), versions.product],
    [t('parts.address'), address.publicUrl],
    [t('parts.database'), t('parts.postgresql', { version: versions.postgresql })],
    [t('parts.queue'), useQueueWords(queue)],
    [
      t('parts.store'),
      store.isReachable
        ? t(`parts.store_${store.kind}`)
        : `${t(`parts.store_${store.kind}`)}: ${t('parts.unreachable')}`,
    ],
    [t('parts.ffmpeg'), useFfmpegWords(workers)],
    [t('parts.node'), versions.node],
    [t('parts.clock'), seconds === 0 ? t('parts.clockWell') : clock],
  ];
  if (last) {
    const words = {
      count: migrations.length,
      last: last.name.replace(/^\d+_|\.sql$/g, '').replaceAll('_', ' '),
      date: formatDate(new Date(last.appliedAt)),
    };
    rows.push([t('parts.shape'), t('parts.migrations', words)]);
  }
  return (
    <Card title={t('parts.title')}>
      <dl className={classes.parts}>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

/** Where the queue is, and what carries it there. */
function useQueueWords(queue: AdministrationStatus['queue']): string {
  const { t } = useTranslation('administration');
  if (!queue) return t('parts.unreachable');
  if (!queue.engine) return t('parts.inDatabase');
  const { name, version } = queue.engine;
  return t('parts.engine', { name, version: plainVersion(version) });
}

/** What the workers encode with: each version once, of those that are there or else were. */
function useFfmpegWords(workers: Worker[]): string {
  const { t } = useTranslation('administration');
  const there = workers.filter(({ isThere }) => isThere);
  const shown = there.length > 0 ? there : workers;
  if (shown.length === 0) return t('parts.ffmpegNone');
  const words = shown.map(({ ffmpeg: { version: built, releasedOn } }) => {
    const version = plainVersion(built);
    if (releasedOn === null) return t('parts.ffmpegUnknown', { version });
    const date = new Date(releasedOn);
    return t('parts.ffmpegFrom', {
      version,
      date: formatDate(date, { month: 'long' }),
      age: ageInWords(date, new Date()),
    });
  });
  return [...new Set(words)].join('; ');
}
