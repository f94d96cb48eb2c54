import { Modal, Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import classes from './ShortcutList.module.css';

const rows = [
  ['toggle', ['Space', 'K']],
  ['skip', ['J', 'L', '←', '→']],
  ['skipOne', ['Shift ←', 'Shift →']],
  ['volume', ['↑', '↓']],
  ['speed', ['<', '>']],
  ['fullScreen', ['F']],
  ['mute', ['M']],
  ['newNote', ['N']],
  ['range', ['I', 'O']],
  ['send', ['Ctrl Enter', '⌘ Enter']],
  ['help', ['?']],
] as const;

interface ShortcutListProps {
  opened: boolean;
  onClose: () => void;
  isOn: boolean;
  onSwitch: (isOn: boolean) => void;
}

/** The keys, and a switch for those who speak to their computer or use other single keys (WCAG 2.1.4). */
export function ShortcutList({ opened, onClose, isOn, onSwitch }: ShortcutListProps) {
  const { t } = useTranslation(['player', 'app']);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('shortcuts.title')}
      closeButtonProps={{ 'aria-label': t('app:close') }}
    >
      <dl className={classes.list}>
        {rows.map(([name, keys]) => (
          <div key={name} className={classes.row}>
            <dt>{t(`shortcuts.${name}`)}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key} className={classes.key}>
                  {key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <Switch
        mt="lg"
        label={t('shortcuts.isOn')}
        checked={isOn}
        onChange={(event) => onSwitch(event.currentTarget.checked)}
      />
    </Modal>
  );
}
