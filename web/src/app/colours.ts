/**
 * The colours, light and dark, as they reach CSS (`--paper`, `--kind-notice` and so on). Text in any of
 * them has a contrast of 4.5 or more on paper, card and wash.
 */
export const colours = {
  paper: { light: '#faf9f6', dark: '#12171b' },
  card: { light: '#ffffff', dark: '#1a2127' },
  ink: { light: '#1d2730', dark: '#e8ecee' },
  soft: { light: '#5b6772', dark: '#9aa7b1' },
  line: { light: '#e4e1da', dark: '#2a333b' },
  /** The edge of something to fill in or press, where a line alone must be seen: 3 or more. */
  edge: { light: '#8b9096', dark: '#6b7882' },
  wash: { light: '#f1efe9', dark: '#20282f' },
  brand: { light: '#0e6b64', dark: '#4fb3a9' },
  'brand-strong': { light: '#0a544e', dark: '#6cc5bc' },
  'brand-wash': { light: '#e1f0ee', dark: '#16332f' },
  'on-brand': { light: '#ffffff', dark: '#08211e' },
  alarm: { light: '#b3362b', dark: '#f0897f' },
  'alarm-wash': { light: '#fbeae7', dark: '#3a201e' },
  'kind-notice': { light: '#3569b0', dark: '#7fa8e0' },
  'kind-question': { light: '#7a55b8', dark: '#b39be0' },
  'kind-strength': { light: '#24794a', dark: '#6dc293' },
  'kind-next_step': { light: '#945c08', dark: '#e2ab55' },
} as const;
