-- Whoever completes an upload says that it is whole in the store: mostly the server, otherwise a worker.
grant update (growth) on upload to second_look_worker;
