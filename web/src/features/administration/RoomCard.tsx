import type { AdministrationStatus } from '@second-look/core/contract';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../app/format.ts';
import classes from './AdministrationPage.module.css';
import { Card } from './Card.tsx';
import { Meter } from './Meter.tsx';

/** How full the disk is, and how much each school uses of what is set aside for it. */
export function RoomCard({ status: { disk, storage } }: { status: AdministrationStatus }) {
  const { t } = useTranslation('administration');
  const { schools, schoolQuotaBytes, personQuotaBytes } = storage;
  const used = (usedBytes: number, totalBytes: number) =>
    t('room.used', { used: formatBytes(usedBytes), total: formatBytes(totalBytes) });
  return (
    <Card title={t('room.title')}>
      <h3 className={classes.label}>{t('room.disk')}</h3>
      {disk ? (
        <Meter {...disk} words={used(disk.usedBytes, disk.totalBytes)} />
      ) : (
        <p className={classes.soft}>{t('room.noDisk')}</p>
      )}
      <ul className={classes.schools}>
        {schools.map((school, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two schools may have one name
          <li key={index}>
            <div className={classes.school}>
              <h3 className={classes.label}>{school.name}</h3>
              <span className={classes.soft}>{t('room.people', { count: school.people })}</span>
            </div>
            {school.usedBytes === null ? (
              <p className={classes.soft}>{t('room.tooFew')}</p>
            ) : schoolQuotaBytes === null ? (
              <p className={classes.soft}>
                {t('room.usedAlone', { used: formatBytes(school.usedBytes) })}
              </p>
            ) : (
              <Meter
                usedBytes={school.usedBytes}
                totalBytes={schoolQuotaBytes}
                isNearlyFull={school.isNearlyFull}
                words={used(school.usedBytes, schoolQuotaBytes)}
              />
            )}
            {school.peopleNearlyFull !== null && (
              <p className={classes.soft}>
                {t('room.peopleNearlyFull', { count: school.peopleNearlyFull })}
              </p>
            )}
          </li>
        ))}
      </ul>
      {schools.length === 0 && <p className={classes.soft}>{t('room.noSchools')}</p>}
      <p className={classes.foot}>
        {personQuotaBytes === null
          ? schoolQuotaBytes === null && t('room.noQuota')
          : t('room.personQuota', { size: formatBytes(personQuotaBytes) })}
      </p>
    </Card>
  );
}
