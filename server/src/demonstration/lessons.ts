import type { AnnotationKind } from '@second-look/core/contract';

export type Who = 'amira' | 'ben' | 'carys';

export interface DemonstrationNote {
  by: Who;
  /** Private, instead of in the conversation with the colleague it is shared with. */
  isPrivate?: true;
  startMs: number;
  endMs?: number;
  kind: AnnotationKind;
  body: string;
  replies?: { by: Who; body: string }[];
}

export interface DemonstrationLesson {
  /** Names the lesson when it is made again. */
  clientId: string;
  owner: Who;
  sharedWith: Who;
  /** The drawn video beside this file, and what its owner's camera would have called it. */
  file: string;
  filename: string;
  title: string;
  className: string;
  subject: string;
  daysAgo: number;
  notes: DemonstrationNote[];
}

/** Two lessons, and what is said about them. The moments fit what the drawn videos show. */
export const lessons: DemonstrationLesson[] = [
  {
    clientId: '01930000-0000-7000-8000-000000000001',
    owner: 'ben',
    sharedWith: 'amira',
    file: 'lesson-two.mp4',
    filename: '7S1 puddles.mp4',
    title: 'Year 7 science: where does the puddle go?',
    className: '7S1',
    subject: 'Science',
    daysAgo: 17,
    notes: [
      {
        by: 'ben',
        startMs: 6_000,
        kind: 'question',
        body: 'Did I give the answer away when I drew the arrows?',
        replies: [
          { by: 'amira', body: 'A little. What if they drew where the water goes before you did?' },
        ],
      },
      {
        by: 'amira',
        startMs: 22_000,
        endMs: 28_000,
        kind: 'strength',
        body: 'You look along every table before you choose, and the hands keep coming.',
      },
    ],
  },
  {
    clientId: '01930000-0000-7000-8000-000000000002',
    owner: 'amira',
    sharedWith: 'carys',
    file: 'lesson.mp4',
    filename: '8M2 fractions starter.mp4',
    title: 'Year 8 fractions: wait time in the starter',
    className: '8M2',
    subject: 'Mathematics',
    daysAgo: 10,
    notes: [
      {
        by: 'amira',
        isPrivate: true,
        startMs: 5_000,
        endMs: 10_000,
        kind: 'notice',
        body: 'I stand with my back to table two the whole time I write.',
      },
      {
        by: 'amira',
        isPrivate: true,
        startMs: 47_000,
        kind: 'next_step',
        body: 'Plan the follow-up question before the lesson.',
      },
      {
        by: 'carys',
        startMs: 21_000,
        kind: 'question',
        body: 'Who are you looking at as you ask this one? The back table have their hands down already.',
        replies: [
          { by: 'amira', body: 'Table two, I think. I hadn’t seen the back until now.' },
          {
            by: 'carys',
            body: 'It is easy to miss from the front. What would you see from the side of the room?',
          },
        ],
      },
      {
        by: 'carys',
        startMs: 25_000,
        endMs: 34_000,
        kind: 'strength',
        body: 'Lovely: you wait, and then wait again, and more hands go up.',
      },
      {
        by: 'amira',
        startMs: 66_000,
        endMs: 74_000,
        kind: 'next_step',
        body: 'Try the same starter with mini whiteboards on Thursday, and film the back half of the room.',
      },
    ],
  },
];
