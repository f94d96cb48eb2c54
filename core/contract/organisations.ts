import { z } from 'zod';
import { passwordLength } from './account.ts';
import { id, instant, text } from './fields.ts';
import { membershipRoles } from './people.ts';
import { routes } from './route.ts';

const role = z.enum(membershipRoles);
/** As many as a large school has people; what is longer is sent in parts. */
export const mostInvitations = 200;
/** How long an invitation can be accepted. */
export const invitationDays = 14;

/** Somebody who works there, as whoever looks after its people sees them. */
const staff = z.object({
  id,
  name: z.string(),
  email: z.string(),
  role,
  joinedAt: instant,
  /** Since when they cannot sign in: they have left. What they own is as it was. */
  closedAt: instant.nullable(),
});
export type Staff = z.infer<typeof staff>;

const invitation = z.object({
  id,
  email: z.string(),
  role,
  invitedBy: z.string(),
  createdAt: instant,
  expiresAt: instant,
  isOver: z.boolean(),
});
export type Invitation = z.infer<typeof invitation>;

const token = text.min(20).max(100);

export const organisationRoutes = routes({
  'GET /api/organisations': {
    summary: 'The organisations whose people one looks after, by name; none for most.',
    success: {
      status: 200,
      body: z.object({
        items: z.array(z.object({ id, name: z.string(), kind: z.enum(['trust', 'school']) })),
      }),
    },
  },
  'GET /api/organisations/:id/people': {
    summary: 'Who works at an organisation, by name, and who is invited and has not come yet.',
    params: z.object({ id }),
    success: {
      status: 200,
      body: z.object({ people: z.array(staff), invitations: z.array(invitation) }),
    },
  },
  'POST /api/organisations/:id/invitations': {
    summary:
      'Invites people by mail. Each address that cannot be invited is named with why; the others are invited all the same. Whoever was invited already gets another link, and the one before ends.',
    params: z.object({ id }),
    body: z.object({ emails: z.array(text.max(320)).min(1).max(mostInvitations), role }),
    success: {
      status: 200,
      body: z.object({
        invited: z.array(z.string()),
        refused: z.array(z.object({ email: z.string(), reason: z.string() })),
      }),
    },
  },
  'DELETE /api/invitations/:id': {
    summary: 'Withdraws an invitation that nobody has accepted yet.',
    params: z.object({ id }),
    success: { status: 204, body: null },
  },
  'PATCH /api/organisations/:id/people/:userId': {
    summary: 'Gives somebody another role there. Nobody changes their own.',
    params: z.object({ id, userId: id }),
    body: z.object({ role }),
    success: { status: 204, body: null },
  },
  'POST /api/people/:id/close': {
    summary:
      'Closes the account of somebody who has left: they are signed out at once and cannot sign in. What they own, and what they shared, stays.',
    params: z.object({ id }),
    success: { status: 204, body: null },
  },
  'POST /api/people/:id/reopen': {
    summary: 'Opens a closed account again.',
    params: z.object({ id }),
    success: { status: 204, body: null },
  },
  'POST /api/invitations/look': {
    summary: 'What the link of an invitation leads to, for whoever has it.',
    body: z.object({ token }),
    success: {
      status: 200,
      body: z.object({
        email: z.string(),
        organisation: z.string(),
        role,
        invitedBy: z.string(),
        /** Whether somebody here has this address already: they sign in to accept. */
        hasAccount: z.boolean(),
      }),
    },
    isPublic: true,
  },
  'POST /api/invitations/accept': {
    summary:
      'Accepts an invitation: with a new account, or with the one that is signed in where it has the invited address.',
    body: z.object({
      token,
      name: text.trim().min(1).max(200).optional(),
      password: text.min(passwordLength.least).max(passwordLength.most).optional(),
    }),
    success: { status: 204, body: null },
    isPublic: true,
  },
});
