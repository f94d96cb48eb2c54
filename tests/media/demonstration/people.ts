/** The teacher, seen from the front, and the class, seen from behind. */
import type { Gesture, Lesson, Pupil } from './lessons.ts';
import { box, ease, line, oval, type Pen, type Point, shape } from './pen.ts';

export function drawTeacher(pen: Pen, lesson: Lesson, t: number) {
  const { teacher } = lesson;
  const { x, isWalking, heading } = place(lesson, t);
  const step = isWalking ? Math.sin(t * 7.5) : 0;
  const isTalking = lesson.speech.some(
    ({ from, to, who }) => who === 'teacher' && t > from && t < to,
  );
  const sway = Math.sin(t * 0.9) * 2.5 + (isTalking ? Math.sin(t * 2.3) * 1.5 : 0);
  const lift = Math.abs(step) * 4;
  const feet = 556;
  const hip = { x: x + sway * 0.4, y: feet - 136 - lift };
  const neck = { x: x + sway, y: hip.y - 116 };
  const hand = handAt(lesson, t, neck);

  oval(pen, x, feet + 2, 52, 10, '#00000026');
  for (const side of [-1, 1]) {
    const foot = {
      x: x + side * 14 + side * step * 16 * (heading || 1),
      y: feet - Math.max(0, side * step) * 7,
    };
    const knee = { x: (hip.x + side * 13 + foot.x) / 2, y: (hip.y + foot.y) / 2 };
    line(
      pen,
      [{ x: hip.x + side * 13, y: hip.y - 6 }, knee, { x: foot.x, y: foot.y - 14 }],
      25,
      teacher.legs,
    );
    oval(pen, foot.x - 4, foot.y - 2, 17, 8, '#231f1d');
  }

  // The arm on the far side hangs, and swings while walking.
  const far = { x: neck.x + 31, y: neck.y + 20 };
  arm(pen, far, { x: far.x + 17 - step * 14, y: far.y + 107 }, teacher.topDark, teacher.skin);

  shape(
    pen,
    { x: hip.x - 31, y: hip.y + 14 },
    [
      [hip.x - 38, hip.y - 40, neck.x - 44, neck.y + 46, neck.x - 38, neck.y + 18],
      [neck.x - 34, neck.y + 4, neck.x - 12, neck.y, neck.x, neck.y],
      [neck.x + 12, neck.y, neck.x + 34, neck.y + 4, neck.x + 38, neck.y + 18],
      [neck.x + 44, neck.y + 46, hip.x + 38, hip.y - 40, hip.x + 31, hip.y + 14],
      [hip.x + 12, hip.y + 19, hip.x - 12, hip.y + 19, hip.x - 31, hip.y + 14],
    ],
    teacher.top,
  );
  shape(
    pen,
    { x: neck.x - 13, y: neck.y - 1 },
    [
      [neck.x - 8, neck.y + 22, neck.x - 2, neck.y + 34, neck.x, neck.y + 40],
      [neck.x + 2, neck.y + 34, neck.x + 8, neck.y + 22, neck.x + 13, neck.y - 1],
    ],
    '#f4f0e8',
  );
  // A lanyard, as everybody in a school wears.
  line(
    pen,
    [
      { x: neck.x - 12, y: neck.y + 4 },
      { x: neck.x, y: neck.y + 70 },
      { x: neck.x + 12, y: neck.y + 4 },
    ],
    2.2,
    '#e0b95c',
  );
  box(pen, neck.x - 9, neck.y + 68, 18, 24, '#f7f5ef', 3);
  box(pen, neck.x - 6, neck.y + 72, 12, 8, '#9db4bd', 1);

  const talking = isTalking ? 0.5 + 0.5 * Math.sin(t * 21) * Math.sin(t * 6.1) : 0;
  const toBoard = Array.isArray(gestureAt(lesson, t).hand) ? 1 : 0;
  head(pen, { x: neck.x - toBoard * 2, y: neck.y - 30 }, lesson, talking, toBoard, t);
  const near = { x: neck.x - 32, y: neck.y + 20 };
  arm(pen, near, hand, teacher.topDark, teacher.skin);
}

function head(
  pen: Pen,
  at: Point,
  { teacher }: Lesson,
  talking: number,
  toBoard: number,
  t: number,
) {
  const { x, y } = at;
  const look = -3 - toBoard * 8 + Math.sin(t * 0.5) * 4;
  line(
    pen,
    [
      { x, y: y + 16 },
      { x, y: y + 32 },
    ],
    19,
    teacher.skin,
  );
  if (teacher.style === 'bun') {
    oval(pen, x + 15 - look * 0.5, y - 29, 15, 14, teacher.hair);
    oval(pen, x, y - 7, 32, 34, teacher.hair);
  } else {
    oval(pen, x, y - 9, 30, 30, teacher.hair);
  }
  oval(pen, x - 26, y + 3, 5, 8, teacher.skin);
  oval(pen, x + 26, y + 3, 5, 8, teacher.skin);
  oval(pen, x, y, 26, 31, teacher.skin);
  // Fringe.
  shape(
    pen,
    { x: x - 27, y: y - 4 },
    [
      [x - 31, y - 50, x + 31, y - 50, x + 27, y - 4],
      [x + 20, y - 16, x + 2 + look, y - 22, x - 6 + look, y - 20],
      [x - 16, y - 18, x - 24, y - 12, x - 27, y - 4],
    ],
    teacher.hair,
  );
  const isBlinking = t % 4.3 < 0.14;
  for (const side of [-1, 1]) {
    const eye = x + side * 10 + look;
    oval(pen, eye, y - 1, 2.7, isBlinking ? 0.6 : 3.2, '#241c19');
    line(
      pen,
      [
        { x: eye - 5, y: y - 9 },
        { x: eye + 4, y: y - 10 },
      ],
      2.2,
      teacher.hair,
    );
  }
  if (teacher.style === 'beard') {
    shape(
      pen,
      { x: x - 26, y: y + 3 },
      [
        [x - 27, y + 38, x + 27, y + 38, x + 26, y + 3],
        [x + 20, y + 14, x + 12, y + 12, x + look, y + 11],
        [x - 12, y + 12, x - 20, y + 14, x - 26, y + 3],
      ],
      teacher.hair,
    );
    for (const side of [-1, 1]) {
      pen.strokeStyle = '#33302d';
      pen.lineWidth = 2;
      pen.beginPath();
      pen.arc(x + side * 10 + look, y - 1, 8, 0, Math.PI * 2);
      pen.stroke();
    }
  }
  oval(pen, x + look, y + 17, 6 - talking * 0.8, 1.8 + talking * 3.4, '#7c3a34');
}

/** Two bones of the same length from the shoulder to the hand; the elbow hangs. */
function arm(pen: Pen, shoulder: Point, hand: Point, sleeve: string, skin: string) {
  const bone = 56;
  const far = Math.hypot(hand.x - shoulder.x, hand.y - shoulder.y);
  const reach = Math.min(far, bone * 2 - 2);
  const direction = Math.atan2(hand.y - shoulder.y, hand.x - shoulder.x);
  const bend = Math.acos(reach / (2 * bone));
  const elbowAt = (angle: number) => ({
    x: shoulder.x + Math.cos(angle) * bone,
    y: shoulder.y + Math.sin(angle) * bone,
  });
  const [one, other] = [elbowAt(direction - bend), elbowAt(direction + bend)];
  const elbow = one.y > other.y ? one : other;
  const wrist = {
    x: shoulder.x + Math.cos(direction) * reach,
    y: shoulder.y + Math.sin(direction) * reach,
  };
  line(pen, [elbow, wrist], 13, skin);
  const cuff = { x: elbow.x + (wrist.x - elbow.x) * 0.62, y: elbow.y + (wrist.y - elbow.y) * 0.62 };
  line(pen, [shoulder, elbow, cuff], 20, sleeve);
  oval(pen, wrist.x, wrist.y, 9.5, 9, skin);
}

function place({ walk }: Lesson, t: number) {
  const next = walk.findIndex(({ at }) => at > t);
  const from = walk[(next === -1 ? walk.length : next) - 1];
  const to = walk[next] ?? from;
  if (!from || !to) return { x: 950, isWalking: false, heading: 0 };
  const x = from.x + (to.x - from.x) * ease(t, from.at, Math.max(to.at, from.at + 0.01));
  return { x, isWalking: to.x !== from.x, heading: Math.sign(to.x - from.x) };
}

function gestureAt({ gestures }: Lesson, t: number): Gesture {
  return gestures.findLast(({ at }) => at <= t) ?? { at: 0, hand: 'rest' };
}

function handAt(lesson: Lesson, t: number, neck: Point): Point {
  const now = gestureAt(lesson, t);
  const before = gestureAt(lesson, now.at - 0.01);
  const from = aim(before, t, neck);
  const to = aim(now, t, neck);
  const part = ease(t, now.at, now.at + 0.7);
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}

function aim({ hand }: Gesture, t: number, neck: Point): Point {
  if (hand === 'rest') return { x: neck.x - 44, y: neck.y + 116 };
  if (hand === 'think') return { x: neck.x - 13, y: neck.y - 2 + Math.sin(t) * 1.5 };
  if (hand === 'open') {
    return { x: neck.x - 84 + Math.sin(t * 2.7) * 9, y: neck.y + 50 + Math.sin(t * 3.9) * 12 };
  }
  // As far towards the place as the arm goes, moving a little as a writing hand does.
  return { x: hand[0] + Math.sin(t * 9) * 3, y: hand[1] + Math.cos(t * 7) * 3 };
}

const rows = [
  { y: 566, scale: 0.8, xs: [150, 360, 560, 760] },
  { y: 676, scale: 1.18, xs: [70, 300, 545, 800, 1080] },
];

export function drawClass(pen: Pen, lesson: Lesson, t: number) {
  let number = 0;
  for (const { y, scale, xs } of rows) {
    for (const x of xs) {
      const pupil = lesson.pupils[number];
      const raised = lesson.hands
        .filter((hand) => hand.pupil === number)
        .reduce(
          (up, hand) =>
            Math.max(up, ease(t, hand.up, hand.up + 0.8) - ease(t, hand.down, hand.down + 0.7)),
          0,
        );
      pen.save();
      pen.translate(x, y);
      pen.scale(scale, scale);
      if (pupil) drawPupil(pen, pupil, lesson, number, raised, t);
      pen.restore();
      number += 1;
    }
  }
}

function drawPupil(
  pen: Pen,
  pupil: Pupil,
  lesson: Lesson,
  number: number,
  raised: number,
  t: number,
) {
  const inPairs = lesson.speech.some(({ from, to, who }) => who === 'class' && t > from && t < to);
  const turn = inPairs
    ? (number % 2 ? -9 : 9) + Math.sin(t * 1.7 + number) * 2
    : Math.sin(t * 0.35 + number * 1.7) * 4;
  const nod = Math.sin(t * 0.6 + number * 2.1) * 1.6;

  // The desk in front, an exercise book on it, and the chair's back.
  box(pen, -118, 22, 236, 15, '#d9b98c', 4);
  box(pen, -118, 33, 236, 7, '#a98658', 3);
  box(pen, 46, 12, 52, 11, '#eef0ee', 2);
  if (raised > 0.02) {
    const tip = { x: 62 + Math.sin(t * 2.2 + number) * 4 * raised, y: 62 - 156 * raised };
    const elbow = { x: 66, y: 52 - 66 * raised };
    line(pen, [elbow, tip], 15, pupil.skin);
    line(
      pen,
      [
        { x: 50, y: 58 },
        elbow,
        { x: elbow.x + (tip.x - elbow.x) * 0.5, y: elbow.y + (tip.y - elbow.y) * 0.5 },
      ],
      24,
      lesson.uniform,
    );
    oval(pen, tip.x, tip.y - 6, 9.5, 12, pupil.skin);
    for (const finger of [-6, 0, 6]) {
      line(
        pen,
        [
          { x: tip.x + finger * 0.7, y: tip.y - 12 },
          { x: tip.x + finger, y: tip.y - 22 },
        ],
        4.6,
        pupil.skin,
      );
    }
  }
  shape(
    pen,
    { x: -76, y: 140 },
    [
      [-78, 70, -70, 40, -26, 32],
      [-12, 28, 12, 28, 26, 32],
      [70, 40, 78, 70, 76, 140],
    ],
    lesson.uniform,
  );
  box(pen, -62, 96, 124, 70, '#55626b', 12);
  line(
    pen,
    [
      { x: 0, y: 8 },
      { x: 0, y: 32 },
    ],
    25,
    pupil.skin,
  );
  shape(
    pen,
    { x: -27, y: 37 },
    [
      [-20, 24, 20, 24, 27, 37],
      [14, 46, -14, 46, -27, 37],
    ],
    '#f6f4ee',
  );
  drawHairFromBehind(pen, pupil, turn, -24 + nod);
}

function drawHairFromBehind(pen: Pen, { skin, hair, style }: Pupil, turn: number, y: number) {
  oval(pen, -33 + turn * 0.4, y + 6, 6, 9, skin);
  oval(pen, 33 + turn * 0.4, y + 6, 6, 9, skin);
  oval(pen, turn * 0.5, y, 33, 38, skin);
  if (style === 'short') {
    shape(
      pen,
      { x: -34 + turn * 0.4, y: y + 4 },
      [
        [-38, y - 58, 38, y - 58, 34 + turn * 0.4, y + 4],
        [28, y + 30, -28, y + 30, -34 + turn * 0.4, y + 4],
      ],
      hair,
    );
    return;
  }
  if (style === 'curls') {
    for (let curl = 0; curl < 11; curl += 1) {
      const angle = (curl / 11) * Math.PI * 2;
      oval(pen, turn * 0.4 + Math.cos(angle) * 27, y - 8 + Math.sin(angle) * 27, 16, 16, hair);
    }
    oval(pen, turn * 0.4, y - 6, 32, 34, hair);
    return;
  }
  oval(pen, turn * 0.4, y - 4, 37, 40, hair);
  if (style === 'bob') box(pen, -37 + turn * 0.4, y - 6, 74, 52, hair, 18);
  if (style === 'scarf') {
    shape(
      pen,
      { x: -37, y },
      [
        [-40, y + 30, -50, y + 62, -40, y + 74],
        [-10, y + 84, 10, y + 84, 40, y + 74],
        [50, y + 62, 40, y + 30, 37, y],
      ],
      hair,
    );
    line(
      pen,
      [
        { x: -22, y: y + 34 },
        { x: 0, y: y + 44 },
        { x: 22, y: y + 34 },
      ],
      3,
      '#ffffff2e',
    );
  }
  if (style === 'bun') oval(pen, turn * 0.2, y - 38, 18, 16, hair);
  if (style === 'plait') {
    for (let knot = 0; knot < 5; knot += 1) {
      oval(pen, turn * 0.3 + (knot % 2 ? 3 : -3), y + 36 + knot * 13, 11 - knot, 10, hair);
    }
    oval(pen, turn * 0.3, y + 100, 5, 6, '#b4573d');
  }
}
