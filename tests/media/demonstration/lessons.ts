/** What happens in the two demonstration lessons, by the second. Nobody in them is real. */

export type Writing =
  | { at: number; kind: 'text'; x: number; y: number; size: number; text: string; ink: string }
  | { at: number; kind: 'fraction'; x: number; y: number; over: string; under: string; ink: string }
  | { at: number; kind: 'bar'; x: number; y: number; parts: number; filled: number; ink: string }
  | { at: number; kind: 'line'; points: [number, number][]; ink: string }
  | { at: number; kind: 'arrow'; points: [number, number][]; ink: string }
  | { at: number; kind: 'ring'; x: number; y: number; rx: number; ry: number; ink: string };

/** Where the teacher's nearer hand goes: at rest, open to the class, or to a place on the board. */
export type Gesture = { at: number; hand: 'rest' | 'open' | 'think' | [number, number] };

export type Pupil = {
  skin: string;
  hair: string;
  style: 'short' | 'bob' | 'bun' | 'curls' | 'scarf' | 'plait';
};

export type Lesson = {
  durationS: number;
  room: { wall: string; wallLow: string; floor: string; trim: string; poster: string[] };
  teacher: {
    skin: string;
    hair: string;
    top: string;
    topDark: string;
    legs: string;
    style: 'bun' | 'beard';
    pitchHz: number;
  };
  uniform: string;
  /** Where the teacher stands, in pixels from the left; walks between. */
  walk: { at: number; x: number }[];
  gestures: Gesture[];
  board: Writing[];
  pupils: Pupil[];
  /** Hands of pupils by their number: up from, down at. */
  hands: { pupil: number; up: number; down: number }[];
  /** Who speaks when; silence in between is wait time. `class` is talk in pairs. */
  speech: { from: number; to: number; who: 'teacher' | 'pupil' | 'class' }[];
};

const blue = '#33588c';
const red = '#b4453c';
const green = '#2f7d55';

export const fractions: Lesson = {
  durationS: 90,
  room: {
    wall: '#e3d9cb',
    wallLow: '#d5c8b6',
    floor: '#b39c82',
    trim: '#f4eee4',
    poster: ['#d98e5f', '#6f9aa8', '#e0b95c', '#8aa77a'],
  },
  teacher: {
    skin: '#a5714f',
    hair: '#2c211d',
    top: '#2b6470',
    topDark: '#214f59',
    legs: '#2d3440',
    style: 'bun',
    pitchHz: 190,
  },
  uniform: '#3b4a66',
  walk: [
    { at: 0, x: 975 },
    { at: 12, x: 975 },
    { at: 14, x: 905 },
    { at: 27, x: 905 },
    { at: 30, x: 1010 },
    { at: 41, x: 1010 },
    { at: 43.5, x: 925 },
    { at: 60, x: 925 },
    { at: 63, x: 1020 },
    { at: 77, x: 1020 },
    { at: 79.5, x: 930 },
  ],
  gestures: [
    { at: 0, hand: 'rest' },
    { at: 2, hand: 'open' },
    { at: 5.5, hand: [770, 165] },
    { at: 9.5, hand: 'open' },
    { at: 12, hand: 'rest' },
    { at: 14.5, hand: [755, 230] },
    { at: 21, hand: 'open' },
    { at: 24, hand: 'think' },
    { at: 30, hand: 'rest' },
    { at: 33, hand: 'open' },
    { at: 41, hand: 'rest' },
    { at: 44, hand: [770, 262] },
    { at: 52, hand: [770, 312] },
    { at: 57, hand: 'open' },
    { at: 61, hand: 'rest' },
    { at: 64, hand: 'think' },
    { at: 72, hand: 'open' },
    { at: 77, hand: 'rest' },
    { at: 80, hand: [752, 225] },
    { at: 85, hand: 'open' },
    { at: 88, hand: 'rest' },
  ],
  board: [
    { at: -5, kind: 'text', x: 330, y: 128, size: 32, text: 'Starter', ink: red },
    {
      at: -5,
      kind: 'line',
      points: [
        [330, 138],
        [440, 138],
      ],
      ink: red,
    },
    {
      at: 5,
      kind: 'text',
      x: 330,
      y: 184,
      size: 29,
      text: 'Which is larger? How do you know?',
      ink: blue,
    },
    { at: 14.5, kind: 'fraction', x: 395, y: 238, over: '3', under: '5', ink: blue },
    { at: 16.5, kind: 'text', x: 432, y: 262, size: 30, text: 'or', ink: blue },
    { at: 17.5, kind: 'fraction', x: 500, y: 238, over: '5', under: '8', ink: blue },
    { at: 44, kind: 'bar', x: 580, y: 222, parts: 5, filled: 3, ink: blue },
    { at: 51, kind: 'bar', x: 580, y: 272, parts: 8, filled: 5, ink: green },
    { at: 80, kind: 'ring', x: 500, y: 256, rx: 34, ry: 50, ink: red },
  ],
  pupils: [
    { skin: '#6b4430', hair: '#1f1814', style: 'curls' },
    { skin: '#d9a883', hair: '#8a5a33', style: 'bob' },
    { skin: '#b07d58', hair: '#2a1f1a', style: 'short' },
    { skin: '#e2b896', hair: '#b9803f', style: 'plait' },
    { skin: '#8a5b3e', hair: '#201915', style: 'bun' },
    { skin: '#c99a76', hair: '#4a3326', style: 'short' },
    { skin: '#a06f4d', hair: '#41527c', style: 'scarf' },
    { skin: '#e0b493', hair: '#6d4527', style: 'short' },
    { skin: '#7a4f37', hair: '#1c1613', style: 'bun' },
  ],
  hands: [
    { pupil: 1, up: 23, down: 31 },
    { pupil: 3, up: 26.5, down: 41 },
    { pupil: 5, up: 27.5, down: 33 },
    { pupil: 7, up: 28.5, down: 33 },
    { pupil: 0, up: 65.5, down: 71 },
    { pupil: 2, up: 66.5, down: 76 },
    { pupil: 4, up: 67.5, down: 72 },
    { pupil: 6, up: 68, down: 72 },
    { pupil: 8, up: 69, down: 72 },
    { pupil: 5, up: 69.5, down: 72 },
  ],
  speech: [
    { from: 1.5, to: 4.6, who: 'teacher' },
    { from: 5.4, to: 11.4, who: 'teacher' },
    { from: 14, to: 22.6, who: 'teacher' },
    { from: 30.2, to: 32.4, who: 'teacher' },
    { from: 33.4, to: 40.4, who: 'pupil' },
    { from: 41.4, to: 49.6, who: 'teacher' },
    { from: 51, to: 60.6, who: 'teacher' },
    { from: 61.4, to: 63.8, who: 'teacher' },
    { from: 71, to: 72.4, who: 'teacher' },
    { from: 72.8, to: 76.4, who: 'pupil' },
    { from: 77.2, to: 88.6, who: 'teacher' },
  ],
};

export const water: Lesson = {
  durationS: 40,
  room: {
    wall: '#cfdcd6',
    wallLow: '#bccdc6',
    floor: '#a8a294',
    trim: '#eef3f0',
    poster: ['#c9776b', '#5f86ad', '#d6b257', '#7d9a67'],
  },
  teacher: {
    skin: '#dcae8c',
    hair: '#6a4a33',
    top: '#8b4a3f',
    topDark: '#703a31',
    legs: '#4b4a45',
    style: 'beard',
    pitchHz: 118,
  },
  uniform: '#7a3340',
  walk: [
    { at: 0, x: 930 },
    { at: 11, x: 930 },
    { at: 13, x: 1000 },
    { at: 27, x: 1000 },
    { at: 29, x: 915 },
  ],
  gestures: [
    { at: 0, hand: 'open' },
    { at: 3, hand: [770, 300] },
    { at: 8, hand: 'open' },
    { at: 12, hand: 'think' },
    { at: 26.5, hand: 'rest' },
    { at: 29, hand: [760, 170] },
    { at: 35, hand: 'open' },
    { at: 38, hand: 'rest' },
  ],
  board: [
    {
      at: -5,
      kind: 'text',
      x: 330,
      y: 128,
      size: 32,
      text: 'Where does the puddle go?',
      ink: green,
    },
    {
      at: -5,
      kind: 'line',
      points: [
        [336, 312],
        [376, 320],
        [416, 308],
        [456, 320],
        [496, 308],
        [536, 320],
        [576, 308],
        [616, 320],
        [656, 312],
      ],
      ink: blue,
    },
    {
      at: 3.5,
      kind: 'arrow',
      points: [
        [430, 296],
        [440, 258],
        [430, 222],
      ],
      ink: red,
    },
    {
      at: 5,
      kind: 'arrow',
      points: [
        [490, 296],
        [500, 258],
        [490, 222],
      ],
      ink: red,
    },
    { at: 29, kind: 'ring', x: 640, y: 190, rx: 62, ry: 26, ink: blue },
    {
      at: 31,
      kind: 'line',
      points: [
        [612, 230],
        [604, 252],
      ],
      ink: blue,
    },
    {
      at: 31.6,
      kind: 'line',
      points: [
        [642, 230],
        [634, 252],
      ],
      ink: blue,
    },
    {
      at: 32.2,
      kind: 'line',
      points: [
        [672, 230],
        [664, 252],
      ],
      ink: blue,
    },
    { at: 33, kind: 'text', x: 530, y: 282, size: 26, text: 'condenses', ink: green },
  ],
  pupils: [
    { skin: '#e0b493', hair: '#a56a35', style: 'plait' },
    { skin: '#7a4f37', hair: '#1c1613', style: 'short' },
    { skin: '#d9a883', hair: '#3a2a20', style: 'bob' },
    { skin: '#a06f4d', hair: '#28201b', style: 'bun' },
    { skin: '#e2b896', hair: '#d0a05a', style: 'short' },
    { skin: '#8a5b3e', hair: '#201915', style: 'curls' },
    { skin: '#c99a76', hair: '#5a3d2b', style: 'bob' },
    { skin: '#6b4430', hair: '#1f1814', style: 'short' },
    { skin: '#dcae8c', hair: '#5d6a4a', style: 'scarf' },
  ],
  hands: [
    { pupil: 0, up: 23.5, down: 28 },
    { pupil: 4, up: 24, down: 27 },
    { pupil: 6, up: 25, down: 34.5 },
    { pupil: 1, up: 25.5, down: 28 },
  ],
  speech: [
    { from: 0.8, to: 7.4, who: 'teacher' },
    { from: 8.4, to: 11.6, who: 'teacher' },
    { from: 12.6, to: 23, who: 'class' },
    { from: 26, to: 28, who: 'teacher' },
    { from: 28.6, to: 34, who: 'pupil' },
    { from: 35, to: 39, who: 'teacher' },
  ],
};
