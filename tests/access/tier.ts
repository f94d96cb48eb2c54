/** The full tier looks longer for the same things. */
export const isFullTier = process.env.TEST_TIER === 'full';
