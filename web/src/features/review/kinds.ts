import type { AnnotationKind } from '@second-look/core/contract';

/** The kinds in the order they are offered. Only the contract's type is used here: its code would bring zod along. */
const inOrder = {
  notice: true,
  question: true,
  strength: true,
  next_step: true,
} satisfies Record<AnnotationKind, true>;
export const kinds = Object.keys(inOrder) as AnnotationKind[];
