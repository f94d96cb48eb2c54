const pupils = [
  { skin: '#6b432c', cloth: '#47617a' },
  { skin: '#bf8b66', cloth: '#4f4d80' },
  { skin: '#966d4b', cloth: '#735089' },
  { skin: '#c8b092', cloth: '#97588f' },
  { skin: '#735d43', cloth: '#a05d76' },
];

/** A classroom as plain shapes; stands where there is no picture (yet). `hue` from 0 to 360 tints the room. */
export function Classroom({ hue }: { hue: number }) {
  return (
    <svg viewBox="0 0 640 360" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <rect width="640" height="360" fill={`hsl(${hue} 22% 78%)`} />
      <rect y="250" width="640" height="110" fill={`hsl(${hue} 18% 62%)`} />
      <rect
        x="150"
        y="46"
        width="300"
        height="132"
        rx="4"
        fill="#f7f8f6"
        stroke="#8b8f8a"
        strokeWidth="5"
      />
      <g stroke="#4d6c8f" strokeWidth="4" fill="none" strokeLinecap="round">
        <path d="M182 86h66M182 110h104M182 134h48" />
        <circle cx="352" cy="112" r="36" />
        <path d="M352 112V76M352 112l31 18" />
      </g>
      <rect x="500" y="70" width="92" height="120" fill="#cfe0ea" stroke="#fff" strokeWidth="6" />
      <circle cx="486" cy="134" r="19" fill="#a5714f" />
      <path d="M456 250c0-62 10-92 30-92s32 30 32 92z" fill="#2d5f6b" />
      <path d="M462 172l-58-34" stroke="#2d5f6b" strokeWidth="13" strokeLinecap="round" />
      {pupils.map(({ skin, cloth }, index) => {
        const x = 60 + index * 129;
        return (
          <g key={cloth}>
            <circle cx={x} cy={262 + (index % 2) * 6} r="20" fill={skin} />
            <path d={`M${x - 38} 360c2-58 18-78 38-78s36 20 38 78z`} fill={cloth} />
          </g>
        );
      })}
    </svg>
  );
}
