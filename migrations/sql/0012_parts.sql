-- A recording comes in one file or in several, in order: cameras split a long lesson.
alter table recording add column parts integer not null default 1 check (parts between 1 and 50);
alter table upload add column part integer not null default 0 check (part >= 0);
alter table source add column part integer not null default 0 check (part >= 0);
-- widens: a recording had one file before.
alter table source drop constraint source_recording_id_key;
-- widens: as above.
create unique index one_source_each on source (recording_id, part);
drop index one_upload_at_a_time;
-- widens: as above.
create unique index one_upload_each on upload (recording_id, part) where finished_at is null;

grant insert (parts) on recording to second_look_app;
grant select (parts) on recording to second_look_worker;
grant select (part) on upload to second_look_worker;
grant select (part) on source to second_look_worker;
