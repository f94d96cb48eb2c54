-- What the object store wants to know again of a file on its way in, beside how far it is: on disk nothing, in S3
-- the parts of a multipart upload. It stays until the object is complete.
alter table upload add growth jsonb;
-- Its owner gave it up: its bytes go first, then the row.
alter table upload add cancelled_at timestamptz;
grant update (growth, cancelled_at) on upload to second_look_app;
grant select (growth, cancelled_at) on upload to second_look_worker;
