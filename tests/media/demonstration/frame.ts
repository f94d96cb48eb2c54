import type { Lesson } from './lessons.ts';
import type { Pen } from './pen.ts';
import { drawClass, drawTeacher } from './people.ts';
import { drawBoard, drawRoom } from './room.ts';

/** One picture of a lesson, 1280 by 720, at a moment in seconds. */
export function drawFrame(pen: Pen, lesson: Lesson, t: number) {
  drawRoom(pen, lesson, t);
  drawBoard(pen, lesson, t);
  drawTeacher(pen, lesson, t);
  drawClass(pen, lesson, t);
}
