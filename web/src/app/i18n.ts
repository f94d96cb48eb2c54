import i18next, { type ResourceLanguage } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { isolated } from './isolated.ts';
import strings from './strings.en-GB.json';

/** The one language so far; also what `Intl` formats dates, numbers and lists by. */
export const language = 'en-GB';

export const i18n = i18next.createInstance();
void i18n.use(initReactI18next).init({
  lng: language,
  fallbackLng: language,
  resources: { [language]: { app: strings } },
  defaultNS: 'app',
  initAsync: false,
  // React escapes what it shows.
  interpolation: { escape: isolated },
  react: { useSuspense: false },
});

/**
 * Adds a feature's words under its own namespace. A lazily loaded feature calls this where it is loaded,
 * so that its words come with it.
 */
export function addStrings(namespace: string, resources: ResourceLanguage[string]): void {
  i18n.addResourceBundle(language, namespace, resources, true, true);
}
