/** The room: wall, window, clock, posters, board and what is written on it. */
import type { Lesson, Writing } from './lessons.ts';
import { box, ease, line, oval, type Pen, shape } from './pen.ts';

export const boardFrame = { x: 296, y: 72, width: 520, height: 276 };
const floorY = 442;

export function drawRoom(pen: Pen, { room }: Lesson, t: number) {
  const light = pen.createLinearGradient(0, 0, 1280, 300);
  light.addColorStop(0, room.wallLow);
  light.addColorStop(1, room.wall);
  pen.fillStyle = light;
  pen.beginPath();
  pen.rect(0, 0, 1280, floorY);
  pen.fill();
  box(pen, 0, 372, 1280, floorY - 372, room.wallLow);
  box(pen, 0, 369, 1280, 4, room.trim);
  box(pen, 0, floorY - 14, 1280, 14, room.trim);

  const floor = pen.createLinearGradient(0, floorY, 0, 720);
  floor.addColorStop(0, room.floor);
  floor.addColorStop(1, '#7d6c5b');
  pen.fillStyle = floor;
  pen.beginPath();
  pen.rect(0, floorY, 1280, 720 - floorY);
  pen.fill();
  // Daylight from the window, lying on the floor.
  pen.globalAlpha = 0.2;
  shape(
    pen,
    { x: 1010, y: floorY },
    [
      [1010, floorY, 1190, floorY, 1190, floorY],
      [1190, floorY, 1080, 620, 1080, 620],
      [1080, 620, 820, 620, 820, 620],
    ],
    '#fff3d6',
  );
  pen.globalAlpha = 1;

  drawWindow(pen, t);
  drawClock(pen, t);
  drawPosters(pen, room.poster);
  drawShelf(pen, room.poster);
}

function drawWindow(pen: Pen, t: number) {
  box(pen, 1052, 62, 196, 236, '#fbfaf6', 4);
  pen.save();
  pen.beginPath();
  pen.rect(1064, 74, 172, 212);
  pen.clip();
  const sky = pen.createLinearGradient(0, 74, 0, 286);
  sky.addColorStop(0, '#a9cfe6');
  sky.addColorStop(1, '#e4f1f4');
  pen.fillStyle = sky;
  pen.fill();
  const drift = (t * 0.9) % 260;
  for (const [x, y, size] of [
    [1010, 120, 22],
    [1150, 155, 16],
    [900, 138, 18],
  ] as const) {
    for (const [dx, dy, part] of [
      [0, 0, 1],
      [size, 4, 0.8],
      [-size, 5, 0.7],
    ] as const) {
      oval(pen, x + dx + drift, y + dy, size * 1.3 * part, size * 0.7 * part, '#ffffff');
    }
  }
  oval(pen, 1090, 296, 80, 52, '#8db188');
  oval(pen, 1205, 300, 84, 64, '#7ba37c');
  pen.restore();
  box(pen, 1146, 74, 8, 212, '#fbfaf6');
  box(pen, 1064, 172, 172, 7, '#fbfaf6');
  box(pen, 1044, 296, 212, 12, '#f1ede4', 3);
}

function drawClock(pen: Pen, t: number) {
  const [x, y] = [920, 108];
  oval(pen, x, y, 36, 36, '#4a545c');
  oval(pen, x, y, 31, 31, '#fdfcf8');
  for (let hour = 0; hour < 12; hour += 1) {
    const angle = (hour * Math.PI) / 6;
    oval(pen, x + Math.sin(angle) * 26, y - Math.cos(angle) * 26, 1.7, 1.7, '#8a939a');
  }
  const hand = (turns: number, length: number, width: number, colour: string) => {
    const angle = turns * Math.PI * 2;
    const tip = { x: x + Math.sin(angle) * length, y: y - Math.cos(angle) * length };
    line(pen, [{ x, y }, tip], width, colour);
  };
  const minutes = 5 + t / 60;
  hand((9 + minutes / 60) / 12, 15, 3.6, '#2d363d');
  hand(minutes / 60, 23, 2.6, '#2d363d');
  hand(Math.floor(t) / 60, 24, 1.2, '#c0503f');
  oval(pen, x, y, 3, 3, '#2d363d');
}

function drawPosters(pen: Pen, colours: string[]) {
  const places = [
    [44, 92, 96, 124],
    [156, 84, 86, 74],
    [156, 172, 86, 96],
    [58, 230, 74, 62],
  ] as const;
  places.forEach(([x, y, width, height], index) => {
    box(pen, x + 3, y + 4, width, height, '#00000018', 3);
    box(pen, x, y, width, height, '#fbf9f4', 3);
    box(pen, x + 7, y + 7, width - 14, height * 0.52, colours[index] ?? '#999', 2);
    for (let row = 0; row < 3; row += 1) {
      const top = y + height * 0.52 + 15 + row * 10;
      if (top < y + height - 6)
        box(pen, x + 9, top, (width - 18) * (1 - row * 0.2), 3.4, '#c9c5bc', 2);
    }
  });
}

function drawShelf(pen: Pen, colours: string[]) {
  box(pen, 26, 352, 224, 90, '#a98963', 3);
  box(pen, 34, 360, 208, 76, '#8c6f4e');
  let x = 38;
  for (let book = 0; x < 228; book += 1) {
    const width = 9 + ((book * 7) % 8);
    const height = 46 + ((book * 13) % 22);
    box(pen, x, 436 - height, width, height, colours[(book * 3) % colours.length] ?? '#999', 1);
    box(pen, x + 2, 436 - height + 8, width - 4, 3, '#ffffff66');
    x += width + 2;
  }
}

export function drawBoard(pen: Pen, { board }: Lesson, t: number) {
  const { x, y, width, height } = boardFrame;
  box(pen, x + 5, y + 8, width, height, '#00000020', 6);
  box(pen, x, y, width, height, '#8f979b', 6);
  box(pen, x + 8, y + 8, width - 16, height - 16, '#fbfcfb', 3);
  pen.globalAlpha = 0.5;
  shape(
    pen,
    { x: x + 350, y: y + 8 },
    [
      [x + 350, y + 8, x + 440, y + 8, x + 440, y + 8],
      [x + 440, y + 8, x + 330, y + height - 8, x + 330, y + height - 8],
      [x + 330, y + height - 8, x + 240, y + height - 8, x + 240, y + height - 8],
    ],
    '#ffffff',
  );
  pen.globalAlpha = 1;
  box(pen, x + 120, y + height - 2, width - 240, 9, '#737b80', 3);
  for (const [index, ink] of ['#33588c', '#b4453c', '#2f7d55'].entries()) {
    box(pen, x + 210 + index * 34, y + height - 7, 24, 5, ink, 2);
  }
  for (const writing of board) {
    const done = (t - writing.at) / 2;
    if (done > 0) write(pen, writing, Math.min(1, done));
  }
}

function write(pen: Pen, writing: Writing, done: number) {
  pen.textAlign = writing.kind === 'fraction' ? 'center' : 'left';
  pen.fillStyle = writing.ink;
  if (writing.kind === 'text') {
    pen.font = `700 ${writing.size}px "Comic Neue", "DejaVu Sans"`;
    const shown = Math.ceil(writing.text.length * done);
    pen.fillText(writing.text.slice(0, shown), writing.x, writing.y);
  } else if (writing.kind === 'fraction') {
    pen.font = '700 40px "Comic Neue", "DejaVu Sans"';
    pen.fillText(writing.over, writing.x, writing.y);
    if (done > 0.4)
      line(
        pen,
        along(
          [
            [writing.x - 18, writing.y + 12],
            [writing.x + 18, writing.y + 12],
          ],
          1,
        ),
        4,
        writing.ink,
      );
    pen.fillStyle = writing.ink;
    if (done > 0.7) pen.fillText(writing.under, writing.x, writing.y + 50);
  } else if (writing.kind === 'bar') {
    const width = 200;
    const each = width / writing.parts;
    const filled = Math.round(writing.filled * ease(done, 0.4, 1));
    pen.globalAlpha = 0.35;
    box(pen, writing.x, writing.y, each * filled, 30, writing.ink);
    pen.globalAlpha = 1;
    const { x, y } = writing;
    line(
      pen,
      along(
        [
          [x, y],
          [x + width, y],
          [x + width, y + 30],
          [x, y + 30],
          [x, y],
        ],
        done * 2,
      ),
      3,
      writing.ink,
    );
    for (let part = 1; part < writing.parts * done; part += 1) {
      line(
        pen,
        [
          { x: x + part * each, y },
          { x: x + part * each, y: y + 30 },
        ],
        2,
        writing.ink,
      );
    }
  } else if (writing.kind === 'ring') {
    pen.strokeStyle = writing.ink;
    pen.lineWidth = 4;
    pen.beginPath();
    pen.ellipse(
      writing.x,
      writing.y,
      writing.rx,
      writing.ry,
      -0.15,
      -1,
      -1 + Math.PI * 2.05 * done,
    );
    pen.stroke();
  } else {
    const points = along(smooth(writing.points), done);
    line(pen, points, 4, writing.ink);
    if (writing.kind === 'arrow' && done === 1) {
      const [x = 0, y = 0] = writing.points.at(-1) ?? [];
      line(
        pen,
        along(
          [
            [x - 9, y + 12],
            [x, y],
            [x + 10, y + 11],
          ],
          1,
        ),
        4,
        writing.ink,
      );
    }
  }
}

/** More points, so that the corners of a line become curves (Chaikin's way, twice). */
function smooth(points: [number, number][], times = 2): [number, number][] {
  const [first, last] = [points[0], points.at(-1)];
  if (times === 0 || points.length < 3 || !first || !last) return points;
  const cut = points.slice(1).flatMap(([x, y], index): [number, number][] => {
    const [fromX, fromY] = points[index] ?? [x, y];
    const at = (part: number): [number, number] => [
      fromX + (x - fromX) * part,
      fromY + (y - fromY) * part,
    ];
    return [at(0.25), at(0.75)];
  });
  return smooth([first, ...cut, last], times - 1);
}

/** The first part of a line through points. */
function along(points: [number, number][], part: number) {
  const reach = Math.min(1, part) * (points.length - 1);
  const kept = points.slice(0, Math.floor(reach) + 1).map(([x, y]) => ({ x, y }));
  const [from, to] = [points[Math.floor(reach)], points[Math.ceil(reach)]];
  if (from && to) {
    const rest = reach - Math.floor(reach);
    kept.push({ x: from[0] + (to[0] - from[0]) * rest, y: from[1] + (to[1] - from[1]) * rest });
  }
  return kept;
}
