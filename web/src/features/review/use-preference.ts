import { useLocalStorage } from '@mantine/hooks';

/** How somebody likes to work on this device; kept in the browser. */
export function usePreference(name: 'pause-while-typing' | 'keys') {
  return useLocalStorage<boolean>({
    key: `second-look:${name}`,
    defaultValue: true,
    getInitialValueInEffect: false,
  });
}
