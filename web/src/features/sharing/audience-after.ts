import type { Grant } from '@second-look/core/contract';
import type { Audience } from '../recordings/audience.ts';

/** A share about to be made: enough of it to say who will see the recording then. */
export interface ShareToBe {
  principal: { type: 'user' | 'group'; id: string; name: string };
  canComment: boolean;
  expiresAt: string | null;
}

/** @returns who sees a recording under these grants, and once `added` is shared as well */
export function audienceAfter(
  grants: readonly Pick<Grant, 'principal' | 'rights' | 'expiresAt'>[],
  added: ShareToBe | null = null,
): Audience {
  const others = grants.filter(({ principal }) => principal.id !== added?.principal.id);
  const audience = others.map(({ principal, rights, expiresAt }) => ({
    type: principal.type,
    name: principal.name,
    canComment: rights.includes('comment'),
    expiresAt,
  }));
  if (!added) return audience;
  const { principal, canComment, expiresAt } = added;
  return [...audience, { type: principal.type, name: principal.name, canComment, expiresAt }];
}
