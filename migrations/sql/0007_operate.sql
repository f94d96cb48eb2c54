-- An operator may have a step done again, from the command line, as its owner may from the page; both say after
-- which attempt, so that earlier ones do not count against it.
grant update (reopened_after) on processing_step to second_look_worker;
