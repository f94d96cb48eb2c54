import large from './classroom.webp';
import small from './classroom-small.webp';

const pictures = {
  large: { src: large, width: 1040, height: 586 },
  small: { src: small, width: 640, height: 360 },
};

/** A still of a drawn lesson (the demonstration's), where there is no picture of one's own yet. */
export function Classroom({ size }: { size: keyof typeof pictures }) {
  return <img {...pictures[size]} alt="" decoding="async" />;
}
