import 'react';

declare module 'react' {
  interface CSSProperties {
    /** How many lanes stand under the video, which leaves that much less of the screen for it. */
    '--lanes'?: number;
    /** Width through height of the picture. */
    '--aspect'?: number;
    /** How far the longest range of several notes reaches on the lane. */
    '--reach'?: string;
  }
}
