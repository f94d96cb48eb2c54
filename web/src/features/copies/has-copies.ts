import type { RecordingDetail } from '@second-look/core/contract';

/** Whether there is anything to say of other copies: what says it is loaded only then. */
export const hasCopies = ({ copies, copyOf }: RecordingDetail) =>
  copies.length > 0 || copyOf !== null;
