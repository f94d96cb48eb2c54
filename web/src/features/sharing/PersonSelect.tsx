import { Combobox, Loader, TextInput, useCombobox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import type { Colleague } from '@second-look/core/contract';
import { useQuery } from '@tanstack/react-query';
import { useLayoutEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Avatar } from '../../ui/Avatar.tsx';
import { peopleQuery } from './queries.ts';
import classes from './ShareDialog.module.css';

interface PersonSelectProps {
  person: Colleague | null;
  /** Whom it is shared with already: they are changed in their own row. */
  without: readonly string[];
  onChange: (person: Colleague | null) => void;
}

/** Finds a colleague in the same trust by name; the school tells people of one name apart. */
export function PersonSelect({ person, without, onChange }: PersonSelectProps) {
  const { t } = useTranslation('sharing');
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const [text, setText] = useState('');
  const wanted = text.trim();
  const [asked] = useDebouncedValue(wanted, 200);
  const people = useQuery(peopleQuery(asked));
  const isAnswered = people.isSuccess && !people.isPlaceholderData && asked === wanted;
  // An answer to earlier letters names people who are not meant any more.
  const known = (people.data?.items ?? []).filter(({ name }) => contains(name, wanted));
  const found = known.filter(({ id }) => !without.includes(id));

  // The marked place in the list would be somebody else's once the list changes.
  const { resetSelectedOption } = combobox;
  const offered = found.map(({ id }) => id).join(' ');
  useLayoutEffect(() => {
    if (offered) resetSelectedOption();
  }, [offered, resetSelectedOption]);

  const choose = (id: string) => {
    const chosen = found.find((each) => each.id === id) ?? null;
    onChange(chosen);
    setText(chosen?.name ?? '');
    combobox.closeDropdown();
  };
  return (
    <Combobox store={combobox} onOptionSubmit={choose}>
      <Combobox.Target>
        <TextInput
          data-autofocus
          label={t('person.label')}
          placeholder={t('person.placeholder')}
          value={person ? person.name : text}
          description={person?.organisation}
          autoComplete="off"
          rightSection={people.isFetching ? <Loader size={16} /> : null}
          onChange={(event) => {
            onChange(null);
            setText(event.currentTarget.value);
            combobox.openDropdown();
            combobox.resetSelectedOption();
          }}
          onClick={() => combobox.openDropdown()}
          onBlur={() => combobox.closeDropdown()}
        />
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Options mah={280} style={{ overflowY: 'auto' }}>
          {found.map((each) => (
            <Combobox.Option key={each.id} value={each.id} className={classes.person}>
              <Avatar person={each} size={30} />
              <span>
                {each.name}
                <small>{each.organisation}</small>
              </span>
            </Combobox.Option>
          ))}
          {found.length === 0 && isAnswered && (
            <Combobox.Empty>
              {known.length > 0 ? t('person.already') : t('person.none', { name: wanted })}
            </Combobox.Empty>
          )}
          {!isAnswered && !people.isError && (
            <Combobox.Empty>{t('person.searching')}</Combobox.Empty>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

/** As the server looks for people: the words anywhere in the name, in capitals or not. */
function contains(name: string, words: string): boolean {
  return name.toLowerCase().includes(words.toLowerCase());
}
