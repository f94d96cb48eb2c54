import { Tabs } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { firstName } from '../../ui/person.ts';
import classes from './ConversationTabs.module.css';
import { useReview } from './review-context.ts';

/** Each place to talk as a tab; what is in the open one stands below. */
export function ConversationTabs({ children }: { children: React.ReactNode }) {
  const { t } = useTranslation('review');
  const { tabs, tab, selectTab, notesByTab } = useReview();
  return (
    <Tabs
      value={tab.id}
      onChange={(id) => id && selectTab(id)}
      variant="unstyled"
      classNames={{
        root: classes.root,
        list: classes.list,
        tab: classes.tab,
        panel: classes.panel,
      }}
    >
      <Tabs.List aria-label={t('tabs.label')}>
        {tabs.map((each) => (
          <Tabs.Tab key={each.id} value={each.id} data-ended={!each.isLive || undefined}>
            {each.withName === null
              ? t('tabs.onlyMe')
              : t('tabs.with', { name: firstName(each.withName) })}
            {' · '}
            {notesByTab.get(each.id)?.length ?? 0}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel key={tab.id} value={tab.id}>
        {children}
      </Tabs.Panel>
    </Tabs>
  );
}
