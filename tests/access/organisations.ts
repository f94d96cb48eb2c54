import { type Id, manages } from '@second-look/core/access';
import type { DrawnWorld } from '../world/random.ts';
import { type Place, type Question, question } from './questions.ts';

function eachOrganisation(
  world: DrawnWorld,
  method: string,
  path: string,
  body?: unknown,
): Question[] {
  const ask = (id: Id) => ({ method, url: `/api/organisations/${id}${path}`, body });
  return world.organisations.map(({ id }) =>
    question(ask, id, (viewer) => manages(world, viewer, id)),
  );
}

/** An account is closed by who looks after its person wherever they work. */
function eachStaff(world: DrawnWorld, verb: string): Question[] {
  const ask = (id: Id) => ({ method: 'POST', url: `/api/people/${id}/${verb}` });
  return world.people.map(({ id }) =>
    question(ask, id, (viewer) => {
      const theirs = world.memberships.filter(({ userId }) => userId === id);
      const isManaged = (row: { organisationId: Id }) => manages(world, viewer, row.organisationId);
      return theirs.length > 0 && theirs.every(isManaged);
    }),
  );
}

/** Of the routes by which people are invited and looked after. */
export const organisationPlaces: Record<string, Place> = {
  'GET /api/organisations': 'own',
  'POST /api/invitations/look': 'open',
  'POST /api/invitations/accept': 'open',
  'GET /api/organisations/:id/people': (world) => eachOrganisation(world, 'GET', '/people'),
  'POST /api/organisations/:id/invitations': (world) =>
    eachOrganisation(world, 'POST', '/invitations', {
      ...{ emails: ['somebody@invited.test'], role: 'member' },
    }),
  'PATCH /api/organisations/:id/people/:userId': (world) =>
    world.memberships.map(({ userId, organisationId }) =>
      question(
        (id) => ({
          method: 'PATCH',
          url: `/api/organisations/${id}/people/${userId}`,
          body: { role: 'lead' },
        }),
        organisationId,
        (viewer) => manages(world, viewer, organisationId),
      ),
    ),
  'DELETE /api/invitations/:id': (world) =>
    world.invitations.map(({ id, organisationId }) =>
      question(
        (id) => ({ method: 'DELETE', url: `/api/invitations/${id}` }),
        id,
        (viewer) => manages(world, viewer, organisationId),
      ),
    ),
  'POST /api/people/:id/close': (world) => eachStaff(world, 'close'),
  'POST /api/people/:id/reopen': (world) => eachStaff(world, 'reopen'),
};
