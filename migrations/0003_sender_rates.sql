-- What each of our numbers may send, for all workers together: what was given out keeps it busy until `free_at`.
CREATE TABLE sender_rates (
  sender text PRIMARY KEY,
  free_at timestamptz NOT NULL,
  urgent_until timestamptz  -- urgent ones went short: standard ones wait
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
