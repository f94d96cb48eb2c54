import './strings.ts';
import { PasswordInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** A password that is chosen now; the form has it as `new-password`. */
export function NewPasswordInput({ isShort }: { isShort: boolean }) {
  const { t } = useTranslation('account');
  return (
    <PasswordInput
      name="new-password"
      label={t('new.password')}
      description={t('new.rule')}
      autoComplete="new-password"
      size="md"
      maxLength={128}
      error={isShort && t('trouble.short')}
      visibilityToggleButtonProps={{ 'aria-label': t('show'), tabIndex: 0 }}
    />
  );
}
