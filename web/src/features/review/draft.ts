import type { AnnotationKind } from '@second-look/core/contract';

/** A note being written. Its time is that of the first keystroke, unless somebody chose another. */
export interface Draft {
  /** Stays with the draft until it is sent, so that sending it again makes no second note. */
  clientId: string;
  kind: AnnotationKind;
  body: string;
  /** `null`: nothing is written yet, so the time goes along with the video. */
  startMs: number | null;
  endMs: number | null;
  /** The time was set by hand, so emptying the words does not let go of it. */
  isTimeChosen: boolean;
}

export type DraftAction =
  | { type: 'typed'; body: string; nowMs: number }
  | { type: 'kindChosen'; kind: AnnotationKind }
  | { type: 'startSet'; ms: number }
  | { type: 'endSet'; ms: number }
  | { type: 'rangeSet'; startMs: number; endMs: number | null }
  | { type: 'endRemoved' }
  | { type: 'cleared'; clientId: string }
  | { type: 'restored'; draft: Draft };

/** A range whose end alone is marked begins this long before: one marks what one has just seen. */
const looksBackMs = 10_000;

export function emptyDraft(clientId: string, kind: AnnotationKind = 'notice'): Draft {
  return { clientId, kind, body: '', startMs: null, endMs: null, isTimeChosen: false };
}

export function isUntouched(draft: Draft): boolean {
  return draft.body === '' && draft.startMs === null;
}

export function reduceDraft(draft: Draft, action: DraftAction): Draft {
  switch (action.type) {
    case 'typed': {
      const { body } = action;
      if (body === '' && !draft.isTimeChosen) return { ...draft, body, startMs: null, endMs: null };
      return { ...draft, body, startMs: draft.startMs ?? action.nowMs };
    }
    case 'kindChosen':
      return { ...draft, kind: action.kind };
    case 'startSet': {
      const endMs = draft.endMs !== null && draft.endMs > action.ms ? draft.endMs : null;
      return { ...draft, startMs: action.ms, endMs, isTimeChosen: true };
    }
    case 'endSet': {
      // Marked the wrong way round: the range is the same.
      if (draft.isTimeChosen && draft.startMs !== null && draft.startMs > action.ms) {
        return { ...draft, startMs: action.ms, endMs: draft.startMs };
      }
      const startsBefore = draft.startMs !== null && draft.startMs < action.ms;
      const startMs = startsBefore ? draft.startMs : Math.max(0, action.ms - looksBackMs);
      const endMs = action.ms > (startMs ?? 0) ? action.ms : null;
      return { ...draft, startMs, endMs, isTimeChosen: true };
    }
    case 'rangeSet': {
      const { startMs, endMs } = action;
      const isRange = endMs !== null && endMs > startMs;
      return { ...draft, startMs, endMs: isRange ? endMs : null, isTimeChosen: true };
    }
    case 'endRemoved':
      return { ...draft, endMs: null };
    case 'cleared':
      return emptyDraft(action.clientId, draft.kind);
    case 'restored':
      return action.draft;
  }
}

/** @returns the draft in stored text, or `null` where it is none */
export function readDraft(value: unknown): Draft | null {
  const draft = value as Draft | null;
  const isDraft =
    typeof draft === 'object' &&
    typeof draft?.clientId === 'string' &&
    typeof draft.body === 'string' &&
    typeof draft.kind === 'string';
  return isDraft ? draft : null;
}
