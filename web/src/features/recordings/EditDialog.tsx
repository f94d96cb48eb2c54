import './strings.ts';
import { Button, Modal, NativeSelect, TextInput } from '@mantine/core';
import type { Recording } from '@second-look/core/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { troubleSentence } from '../../app/trouble.ts';
import classes from './EditDialog.module.css';

const phases = ['early_years', 'primary', 'secondary', 'post_16'] as const;
const yearGroups = [
  'Nursery',
  'Reception',
  ...Array.from({ length: 13 }, (_, i) => `Year ${i + 1}`),
];

/** What the owner says about a lesson. Mounted only while it is open. */
export default function EditDialog({
  recording,
  onClose,
}: {
  recording: Recording;
  onClose: () => void;
}) {
  const { t } = useTranslation('recordings');
  const queryClient = useQueryClient();
  const [isTitleMissing, setTitleMissing] = useState(false);
  const save = useMutation({
    mutationFn: (body: ReturnType<typeof readForm>) =>
      call('PATCH /api/recordings/:id', { params: { id: recording.id }, body }),
    onSuccess: (detail) => {
      queryClient.setQueryData(['recording', recording.id], detail);
      void queryClient.invalidateQueries({ queryKey: ['recordings'] });
      onClose();
    },
  });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const body = readForm(new FormData(event.currentTarget));
    setTitleMissing(!body.title);
    if (body.title) save.mutate(body);
  }

  return (
    <Modal
      opened
      onClose={onClose}
      title={t('edit.title')}
      closeButtonProps={{ 'aria-label': t('app:close') }}
      classNames={{ title: classes.heading }}
    >
      <form onSubmit={submit} noValidate className={classes.form}>
        <TextInput
          name="title"
          label={t('edit.name')}
          defaultValue={recording.title}
          maxLength={200}
          error={isTitleMissing && t('edit.titleMissing')}
          className={classes.wide}
          data-autofocus
        />
        <TextInput
          name="subject"
          label={t('edit.subject')}
          defaultValue={recording.subject ?? ''}
          maxLength={80}
        />
        <NativeSelect
          name="phase"
          label={t('edit.phase')}
          defaultValue={recording.phase ?? ''}
          data={[
            { value: '', label: t('edit.noPhase') },
            ...phases.map((phase) => ({ value: phase, label: t(`edit.phases.${phase}`) })),
          ]}
        />
        <TextInput
          name="yearGroup"
          label={t('edit.yearGroup')}
          defaultValue={recording.yearGroup ?? ''}
          maxLength={40}
          list="year-groups"
        />
        <TextInput
          name="className"
          label={t('edit.className')}
          defaultValue={recording.className ?? ''}
          maxLength={40}
        />
        <TextInput
          name="lessonDate"
          type="date"
          label={t('edit.lessonDate')}
          defaultValue={recording.lessonDate ?? ''}
        />
        <datalist id="year-groups">
          {yearGroups.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <div role="alert" className={classes.wide}>
          {save.isError && (
            <p className={classes.trouble}>
              {t('edit.failed', { reason: troubleSentence(save.error) })}
            </p>
          )}
        </div>
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            {t('app:cancel')}
          </Button>
          <Button type="submit" loading={save.isPending}>
            {t('edit.save')}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function readForm(data: FormData) {
  const text = (name: string) => String(data.get(name) ?? '').trim();
  return {
    title: text('title'),
    subject: text('subject') || null,
    phase: phases.find((phase) => phase === text('phase')) ?? null,
    yearGroup: text('yearGroup') || null,
    className: text('className') || null,
    lessonDate: text('lessonDate') || null,
  };
}
