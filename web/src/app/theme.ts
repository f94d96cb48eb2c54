import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from '@mantine/core';
import { colours } from './colours.ts';

const shadows = {
  light: '0 1px 2px #1d273014, 0 4px 14px #1d27300d',
  dark: '0 1px 2px #0006',
};

const brand: MantineColorsTuple = [
  '#e1f0ee',
  '#c3e1dd',
  '#9dd0ca',
  '#6cc5bc',
  '#4fb3a9',
  '#2f978d',
  '#1a8077',
  '#0e6b64',
  '#0a544e',
  '#063f3a',
];

/** Mantine's own parts draw their dark surfaces and edges from these. */
const dark: MantineColorsTuple = [
  '#e8ecee',
  '#c4ccd2',
  '#9aa7b1',
  '#6b7882',
  '#36414a',
  '#20282f',
  '#1a2127',
  '#12171b',
  '#0d1114',
  '#080b0d',
];

const variantColors: VariantColorsResolver = (input) => {
  const resolved = defaultVariantColorsResolver(input);
  const isBrand = !input.color || input.color === 'brand';
  if (input.variant === 'filled' && isBrand) {
    return {
      ...resolved,
      background: 'var(--brand)',
      hover: 'var(--brand-strong)',
      color: 'var(--on-brand)',
    };
  }
  if ((input.variant === 'subtle' || input.variant === 'light') && isBrand) {
    return { ...resolved, color: 'var(--brand)', hover: 'var(--brand-wash)' };
  }
  if (input.variant === 'filled' && input.color === 'alarm') {
    return {
      ...resolved,
      background: 'var(--alarm)',
      hover: 'var(--alarm)',
      color: 'var(--paper)',
    };
  }
  return resolved;
};

export const theme = createTheme({
  fontFamily: '"Inter Variable", Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "Cascadia Mono", Menlo, monospace',
  fontSizes: { xs: '12.5px', sm: '14px', md: '15px', lg: '17px', xl: '20px' },
  headings: {
    fontWeight: '650',
    sizes: {
      h1: { fontSize: '22px', lineHeight: '1.25' },
      h2: { fontSize: '17px', lineHeight: '1.35' },
      h3: { fontSize: '15.5px', lineHeight: '1.35' },
    },
  },
  black: colours.ink.light,
  colors: { brand, dark },
  primaryColor: 'brand',
  primaryShade: { light: 7, dark: 4 },
  variantColorResolver: variantColors,
  defaultRadius: 8,
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'sm' } },
    Modal: {
      defaultProps: { centered: true, radius: 12, overlayProps: { backgroundOpacity: 0.45 } },
    },
    // The placeholder is a stray element inside the menu for screen readers.
    Menu: { defaultProps: { radius: 10, shadow: 'md', withInitialFocusPlaceholder: false } },
    Tooltip: { defaultProps: { openDelay: 400 } },
  },
});

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: schemeVariables('light'),
  dark: schemeVariables('dark'),
});

function schemeVariables(name: 'light' | 'dark'): Record<string, string> {
  const own = Object.entries(colours).map(([key, value]) => [`--${key}`, value[name]]);
  return {
    ...Object.fromEntries(own),
    '--lift': shadows[name],
    '--mantine-color-body': 'var(--paper)',
    '--mantine-color-text': 'var(--ink)',
    '--mantine-color-dimmed': 'var(--soft)',
    '--mantine-color-placeholder': 'var(--soft)',
    '--mantine-color-anchor': 'var(--brand)',
    '--mantine-color-error': 'var(--alarm)',
    '--mantine-color-default': 'var(--card)',
    '--mantine-color-default-hover': 'var(--wash)',
    '--mantine-color-default-color': 'var(--ink)',
    '--mantine-color-default-border': 'var(--line)',
    '--mantine-color-disabled': 'var(--wash)',
    '--mantine-color-disabled-color': 'var(--soft)',
    '--mantine-color-disabled-border': 'var(--line)',
  };
}
