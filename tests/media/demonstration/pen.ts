/** The part of a canvas that the demonstration lessons are drawn with, and its simplest shapes. */
type Gradient = { addColorStop(at: number, colour: string): void };

export type Pen = {
  fillStyle: string | Gradient;
  strokeStyle: string | Gradient;
  lineWidth: number;
  lineCap: string;
  lineJoin: string;
  globalAlpha: number;
  font: string;
  textAlign: string;
  save(): void;
  restore(): void;
  translate(x: number, y: number): void;
  rotate(angle: number): void;
  scale(x: number, y: number): void;
  beginPath(): void;
  closePath(): void;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  quadraticCurveTo(cx: number, cy: number, x: number, y: number): void;
  bezierCurveTo(ax: number, ay: number, bx: number, by: number, x: number, y: number): void;
  arc(x: number, y: number, radius: number, from: number, to: number): void;
  ellipse(x: number, y: number, rx: number, ry: number, turn: number, a: number, b: number): void;
  rect(x: number, y: number, width: number, height: number): void;
  roundRect(x: number, y: number, width: number, height: number, radius: number | number[]): void;
  fill(): void;
  stroke(): void;
  clip(): void;
  fillText(text: string, x: number, y: number): void;
  createLinearGradient(x0: number, y0: number, x1: number, y1: number): Gradient;
};

export type Point = { x: number; y: number };

export function box(pen: Pen, x: number, y: number, w: number, h: number, colour: string, r = 0) {
  pen.fillStyle = colour;
  pen.beginPath();
  pen.roundRect(x, y, w, h, r);
  pen.fill();
}

export function oval(
  pen: Pen,
  x: number,
  y: number,
  rx: number,
  ry: number,
  colour: string,
  turn = 0,
) {
  pen.fillStyle = colour;
  pen.beginPath();
  pen.ellipse(x, y, rx, ry, turn, 0, Math.PI * 2);
  pen.fill();
}

/** A line through points, round at its ends and corners. */
export function line(pen: Pen, points: Point[], width: number, colour: string) {
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.lineCap = 'round';
  pen.lineJoin = 'round';
  pen.beginPath();
  points.forEach(({ x, y }, index) => {
    if (index === 0) pen.moveTo(x, y);
    else pen.lineTo(x, y);
  });
  pen.stroke();
}

/** The closed outline through `steps`: a start, then curves of six numbers each. */
export function shape(pen: Pen, start: Point, curves: number[][], colour: string) {
  pen.fillStyle = colour;
  pen.beginPath();
  pen.moveTo(start.x, start.y);
  for (const [ax = 0, ay = 0, bx = 0, by = 0, x = 0, y = 0] of curves) {
    pen.bezierCurveTo(ax, ay, bx, by, x, y);
  }
  pen.closePath();
  pen.fill();
}

/** From 0 to 1 while `t` goes from `from` to `to`, starting and ending gently. */
export function ease(t: number, from: number, to: number): number {
  const part = Math.min(1, Math.max(0, (t - from) / (to - from)));
  return part * part * (3 - 2 * part);
}
