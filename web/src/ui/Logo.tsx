/** Two looks that overlap: the lesson, and the second look at it. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" fill="none" aria-hidden="true">
      <ellipse cx="21.5" cy="16" rx="9" ry="7.5" fill="currentColor" opacity=".38" />
      <circle cx="13" cy="16" r="10.5" stroke="currentColor" strokeWidth="3.2" />
    </svg>
  );
}
