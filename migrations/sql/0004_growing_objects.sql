-- What the object store wants to know again of a file on its way in, beside how far it is: on disk nothing, in S3
-- the parts of a multipart upload.
alter table upload add growth jsonb;
grant update (growth) on upload to second_look_app;
grant select (growth) on upload to second_look_worker;
