-- What POST /v1/alerts writes, one commit each: the yardstick beside our own.
\set n random(1, 1000000000)
\set tag random(0, 99)
WITH made AS (
  INSERT INTO alerts (alert_id, title, message, priority, method, tags, match_all_tags, active_only, estimated_recipients, epoch, trace, updated_at)
  VALUES ((substr(id_at(clock_timestamp())::text, 1, 14) || substr(gen_random_uuid()::text, 15))::uuid, 'Benchmark ' || :n, 'Check out this awesome article!', 1, 0, ARRAY['group-' || :tag], false, true,
          (SELECT count(*) FROM recipients WHERE tags && ARRAY['group-' || :tag] AND active AND sms_enabled), 0, '', now())
  RETURNING alert_id)
INSERT INTO outbox (kind, alert_id, batch, lane, epoch, trace) SELECT 0, alert_id, 0, 0, 0, '' FROM made;
