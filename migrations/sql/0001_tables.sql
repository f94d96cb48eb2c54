-- The shape of the data. Who may see which row is said in 0002_access.sql.
-- Ids are UUIDv7, made by the program. Moments are integer milliseconds of source time.

create schema auth;

-- better-auth's tables: read before anybody is signed in, by the role `auth` alone.

create table auth."user" (
  id uuid primary key,
  name text not null,
  email text not null unique,
  email_verified boolean not null default false,
  image text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table auth.session (
  id uuid primary key,
  user_id uuid not null references auth."user" on delete cascade,
  token text not null unique,
  expires_at timestamptz not null,
  ip_address text,
  user_agent text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index session_of_user on auth.session (user_id);

create table auth.account (
  id uuid primary key,
  user_id uuid not null references auth."user" on delete cascade,
  account_id text not null,
  provider_id text not null,
  password text,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index account_of_user on auth.account (user_id);

create table auth.verification (
  id uuid primary key,
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index verification_by_identifier on auth.verification (identifier);

create table auth.rate_limit (
  id uuid primary key,
  key text not null unique,
  count integer not null,
  last_request bigint not null
);

-- Failed tries to sign in, counted by rate-limiter-flexible: for an address, and for an address from one place.
create table auth.failed_sign_in (
  key text primary key,
  points integer not null default 0,
  expire bigint
);

-- People and where they work.

create table organisation (
  id uuid primary key,
  parent_id uuid references organisation,
  kind text not null check (kind in ('trust', 'school')),
  name text not null,
  created_at timestamptz not null default now(),
  check (kind = 'school' or parent_id is null)
);
create index organisation_children on organisation (parent_id);

create table membership (
  user_id uuid not null references auth."user" on delete cascade,
  organisation_id uuid not null references organisation,
  role text not null check (role in ('member', 'lead', 'admin')),
  created_at timestamptz not null default now(),
  primary key (user_id, organisation_id)
);
create index membership_of_organisation on membership (organisation_id);

create table "group" (
  id uuid primary key,
  organisation_id uuid references organisation,
  kind text not null check (kind in ('pair', 'trio', 'team', 'plc', 'cohort')),
  name text not null,
  created_at timestamptz not null default now()
);

create table group_member (
  group_id uuid not null references "group" on delete cascade,
  user_id uuid not null references auth."user" on delete cascade,
  role text not null default 'member' check (role in ('member', 'facilitator')),
  created_at timestamptz not null default now(),
  primary key (group_id, user_id)
);
create index groups_of_user on group_member (user_id);

-- Whatever a grant can name and an annotation can come from.
create table principal (
  id uuid primary key default gen_random_uuid(),
  user_id uuid unique references auth."user" on delete cascade,
  group_id uuid unique references "group" on delete cascade,
  check (num_nonnulls(user_id, group_id) = 1)
);

-- Recordings and what is made of them.

create table recording (
  id uuid primary key,
  owner_id uuid not null references auth."user",
  client_id uuid not null,
  title text not null,
  subject text,
  phase text check (phase in ('early_years', 'primary', 'secondary', 'post_16')),
  year_group text,
  class_name text,
  lesson_date date,
  state text not null default 'draft'
    check (state in ('draft', 'uploading', 'processing', 'ready', 'failed')),
  playable boolean not null default false,
  progress real check (progress between 0 and 1),
  duration_ms integer check (duration_ms >= 0),
  failure_code text,
  -- The file ended before its header said: what was there is kept.
  is_incomplete boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  unique (owner_id, client_id)
);
create index recordings_of_owner on recording (owner_id, id desc);
create index recordings_in_trash on recording (deleted_at) where deleted_at is not null;

-- An upload on its way in. The lease says which request may append; it ends by itself.
create table upload (
  id uuid primary key,
  recording_id uuid not null references recording on delete cascade,
  filename text not null,
  content_type text not null,
  size_bytes bigint not null check (size_bytes >= 0),
  offset_bytes bigint not null default 0 check (offset_bytes between 0 and size_bytes),
  object_key text not null,
  lease_id uuid,
  lease_until timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  finished_at timestamptz
);
create unique index one_upload_at_a_time on upload (recording_id) where finished_at is null;
create index uploads_of_recording on upload (recording_id);
create index uploads_by_last_byte on upload (updated_at) where finished_at is null;

-- The file as its owner gave it. It is safe once its checksum is known.
create table source (
  id uuid primary key,
  recording_id uuid not null unique references recording on delete cascade,
  object_key text not null,
  filename text not null,
  content_type text not null,
  size_bytes bigint not null,
  sha256 text,
  facts jsonb,
  created_at timestamptz not null default now()
);

-- What can be watched of a recording: a range of it. The first cut is the whole (0 to no end).
create table cut (
  id uuid primary key,
  recording_id uuid not null references recording on delete cascade,
  start_ms integer not null default 0 check (start_ms >= 0),
  end_ms integer check (end_ms > start_ms),
  published_attempt integer,
  poster_key text,
  created_at timestamptz not null default now(),
  unique (id, recording_id)
);
create unique index one_whole_cut on cut (recording_id) where start_ms = 0 and end_ms is null;
create index cuts_of_recording on cut (recording_id);

-- A picture in one size, or the sound, of a cut, as one attempt at preparing it made it.
create table rendition (
  id uuid primary key,
  cut_id uuid not null references cut on delete cascade,
  attempt integer not null,
  kind text not null check (kind in ('video', 'audio')),
  codec text not null,
  width integer,
  height integer,
  frame_rate double precision,
  channels integer,
  average_bandwidth integer not null,
  peak_bandwidth integer not null,
  created_at timestamptz not null default now()
);
create index renditions_of_cut on rendition (cut_id, attempt);

-- A stretch of a rendition: one object, and where in it each segment lies.
create table rendition_chunk (
  rendition_id uuid not null references rendition on delete cascade,
  index integer not null check (index >= 0),
  object_key text not null,
  init_offset integer not null,
  init_length integer not null,
  segments jsonb not null,
  primary key (rendition_id, index)
);

-- Work to be done on a cut. The queue only carries it; this row is the truth.
create table processing_step (
  id uuid primary key,
  recording_id uuid not null,
  cut_id uuid not null,
  kind text not null check (kind in ('prepare')),
  state text not null default 'pending' check (state in ('pending', 'running', 'done', 'failed')),
  attempt integer not null default 0,
  -- The attempt after which its owner last asked for another try.
  reopened_after integer not null default 0,
  error_code text,
  error_log text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (cut_id, kind),
  foreign key (cut_id, recording_id) references cut (id, recording_id) on delete cascade
);
create index steps_to_do on processing_step (updated_at) where state in ('pending', 'running');

-- Sharing and talking.

create table "grant" (
  id uuid primary key,
  recording_id uuid not null,
  cut_id uuid not null,
  principal_id uuid not null references principal on delete cascade,
  rights text[] not null
    check (rights <@ array['view', 'comment', 'reshare', 'download'] and 'view' = any (rights)),
  reason text not null default '',
  granted_by uuid not null references auth."user",
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  revoked_at timestamptz,
  foreign key (cut_id, recording_id) references cut (id, recording_id) on delete cascade
);
create unique index one_grant_each on "grant" (cut_id, principal_id) where revoked_at is null;
create index grants_to_principal on "grant" (principal_id, recording_id desc);
create index grants_of_recording on "grant" (recording_id, principal_id);

-- The talk about a recording with one principal. It outlives a grant that ends and is given again.
create table conversation (
  id uuid primary key default gen_random_uuid(),
  recording_id uuid not null references recording on delete cascade,
  principal_id uuid not null references principal on delete cascade,
  created_at timestamptz not null default now(),
  unique (recording_id, principal_id),
  unique (id, recording_id)
);

create table annotation (
  id uuid primary key,
  recording_id uuid not null references recording on delete cascade,
  conversation_id uuid,
  author_id uuid not null references auth."user",
  client_id uuid not null,
  start_ms integer not null check (start_ms >= 0),
  end_ms integer check (end_ms > start_ms),
  kind text not null check (kind in ('notice', 'question', 'strength', 'next_step')),
  body text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  unique (author_id, client_id),
  foreign key (conversation_id, recording_id) references conversation (id, recording_id) on delete cascade
);
create index annotations_of_recording on annotation (recording_id, start_ms, id);

create table reply (
  id uuid primary key,
  annotation_id uuid not null references annotation on delete cascade,
  author_id uuid not null references auth."user",
  client_id uuid not null,
  body text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  unique (author_id, client_id)
);
create index replies_of_annotation on reply (annotation_id, id);
