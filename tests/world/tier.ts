import { it } from 'vitest';

/** The full tier looks longer for the same things, and does what takes long. */
export const isFullTier = process.env.TEST_TIER === 'full';

/**
 * A test for the full tier alone: it kills, or waits long, for what a quicker one shows as well. Each kind of
 * failure keeps one in the ordinary tier.
 */
export const itFully = it.runIf(isFullTier);
