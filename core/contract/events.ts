import { z } from 'zod';
import { id } from './fields.ts';

/**
 * What `GET /api/events` tells a signed-in user (`text/event-stream`; each message's data is one of these):
 * that something they may see has changed, never what. The client asks for it again under its own rights.
 */
export const liveEvent = z.object({
  type: z.enum(['recording', 'annotation', 'grant']),
  recordingId: id,
});
export type LiveEvent = z.infer<typeof liveEvent>;
