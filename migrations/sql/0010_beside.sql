-- What is made beside a cut's renditions for whoever looks for a moment: small pictures at even distances, and
-- how loud it is. Each is one object; there is none where it could not be made, or nothing is heard.
alter table cut
  add column storyboard_key text,
  -- What lies where in the object, as StoredStoryboard in src/schema.ts has it.
  add column storyboard jsonb,
  add column waveform_key text,
  add column peaks_per_second integer check (peaks_per_second > 0);
grant update (storyboard_key, storyboard, waveform_key, peaks_per_second) on cut to second_look_worker;
