import { sql } from 'drizzle-orm';
import { pgTable, pgView, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { createdAt, instant } from './columns.ts';

/** People, where they work, and with whom: the part of schema.ts that recordings know nothing of. */

export const person = pgView('person', { id: uuid().notNull(), name: text().notNull() }).existing();

export const organisation = pgTable('organisation', {
  id: uuid().primaryKey(),
  parentId: uuid('parent_id'),
  kind: text({ enum: ['trust', 'school'] }).notNull(),
  name: text().notNull(),
  createdAt: createdAt(),
});

export const membership = pgTable(
  'membership',
  {
    userId: uuid('user_id').notNull(),
    organisationId: uuid('organisation_id').notNull(),
    role: text({ enum: ['member', 'lead', 'admin'] }).notNull(),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.organisationId] })],
);

export const invitation = pgTable('invitation', {
  id: uuid().primaryKey(),
  organisationId: uuid('organisation_id').notNull(),
  /** In small letters. */
  email: text().notNull(),
  role: text({ enum: ['member', 'lead', 'admin'] }).notNull(),
  tokenHash: text('token_hash').notNull(),
  invitedBy: uuid('invited_by').notNull(),
  createdAt: createdAt(),
  expiresAt: instant('expires_at').notNull(),
  acceptedAt: instant('accepted_at'),
  withdrawnAt: instant('withdrawn_at'),
});

export const group = pgTable('group', {
  id: uuid().primaryKey(),
  organisationId: uuid('organisation_id'),
  kind: text({ enum: ['pair', 'trio', 'team', 'plc', 'cohort'] }).notNull(),
  name: text().notNull(),
  createdAt: createdAt(),
});

export const groupMember = pgTable(
  'group_member',
  {
    groupId: uuid('group_id').notNull(),
    userId: uuid('user_id').notNull(),
    role: text({ enum: ['member', 'facilitator'] })
      .notNull()
      .default('member'),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.groupId, table.userId] })],
);

export const principal = pgTable('principal', {
  id: uuid().primaryKey().default(sql`gen_random_uuid()`),
  userId: uuid('user_id'),
  groupId: uuid('group_id'),
});
