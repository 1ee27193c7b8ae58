-- Ids are uuids of version 7: their order is the order of creation, and their first 48 bits are the milliseconds of it. A column for
-- the time of creation would say the same again.
-- The numbers of states, kinds and channels are those of bizcomms::alert's enums.

-- The smallest id of that millisecond.
CREATE FUNCTION id_at(at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT (lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

-- ---- This installation: the secret that phone numbers are hashed with (HMAC-SHA256, RFC 2104: the key's two pads).
CREATE TABLE installation (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  inner_pad bytea NOT NULL,
  outer_pad bytea NOT NULL
);

DO $$
DECLARE
  key bytea := decode(replace(gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex');
  inner_pad bytea := key;
  outer_pad bytea := key;
BEGIN
  FOR i IN 0 .. 63 LOOP
    inner_pad := set_byte(inner_pad, i, get_byte(key, i) # 54);  -- 0x36
    outer_pad := set_byte(outer_pad, i, get_byte(key, i) # 92);  -- 0x5c
  END LOOP;
  INSERT INTO installation (inner_pad, outer_pad) VALUES (inner_pad, outer_pad);
END
$$;

CREATE FUNCTION number_hash(phone_number text) RETURNS bytea LANGUAGE sql STABLE STRICT AS $$
  SELECT sha256(outer_pad || sha256(inner_pad || convert_to(phone_number, 'UTF8'))) FROM installation
$$;

-- ---- Which cell works on this database.
CREATE TABLE authority (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  cell text NOT NULL,
  epoch bigint NOT NULL,
  taken_at timestamptz(3) NOT NULL DEFAULT now()
);
INSERT INTO authority (cell, epoch) VALUES ('', 0);

-- ---- Recipients. Personal data is here and in former_phone_numbers, nowhere else: deleting the row is the erasure.
CREATE TABLE recipients (
  recipient_id uuid PRIMARY KEY,
  name text NOT NULL,
  phone_number text NOT NULL UNIQUE,
  number_hash bytea NOT NULL,
  phone_version smallint NOT NULL DEFAULT 1,  -- rises when the number changes; deliveries keep the version they went to
  sms_enabled boolean NOT NULL,
  voice_enabled boolean NOT NULL,
  active boolean NOT NULL,
  tags text[] NOT NULL,
  sender_number text,                         -- the number of ours that this recipient knows
  updated_at timestamptz(3) NOT NULL
) WITH (fillfactor = 85);
CREATE INDEX recipients_tags ON recipients USING gin (tags) WITH (fastupdate = off);
CREATE INDEX recipients_inactive ON recipients (recipient_id) WHERE NOT active;

CREATE TABLE former_phone_numbers (
  recipient_id uuid NOT NULL REFERENCES recipients ON DELETE CASCADE,
  phone_version smallint NOT NULL,
  phone_number text NOT NULL,
  PRIMARY KEY (recipient_id, phone_version)
);

-- Kept by hash, so that no erasure undoes it.
CREATE TABLE opt_outs (
  number_hash bytea PRIMARY KEY,
  at timestamptz(3) NOT NULL,
  by text NOT NULL
);

-- ---- Alerts.
CREATE TABLE alerts (
  alert_id uuid PRIMARY KEY,
  title text NOT NULL,
  message text NOT NULL,
  priority smallint NOT NULL,
  method smallint NOT NULL,
  tags text[] NOT NULL,
  match_all_tags boolean NOT NULL,
  active_only boolean NOT NULL,
  status smallint NOT NULL DEFAULT 0,
  estimated_recipients bigint NOT NULL,
  epoch bigint NOT NULL,
  trace text NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  sending_at timestamptz(3),
  ended_at timestamptz(3),
  reason text NOT NULL DEFAULT '',
  progressed_at timestamptz(3) NOT NULL DEFAULT now()
) WITH (fillfactor = 85);
CREATE INDEX alerts_by_status ON alerts (status, alert_id) WHERE status <> 2;        -- nearly all are completed
CREATE INDEX alerts_by_priority ON alerts (priority, alert_id) WHERE priority <> 1;  -- and normal

CREATE TABLE idempotency_keys (
  key_name text NOT NULL,
  key text NOT NULL,
  body_hash bytea NOT NULL,
  alert_id uuid NOT NULL,
  estimated_recipients bigint NOT NULL,  -- as it was answered then
  created_at timestamptz(3) NOT NULL,
  PRIMARY KEY (key_name, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys USING brin (created_at) WITH (pages_per_range = 16);

-- A batch is a range of recipients; who of them matches is asked when it is sent. Counts are recomputed from its deliveries.
CREATE TABLE alert_batches (
  alert_id uuid NOT NULL,
  batch int NOT NULL,
  first_recipient uuid NOT NULL,
  last_recipient uuid NOT NULL,
  recipients bigint NOT NULL,
  state smallint NOT NULL DEFAULT 0,
  dirty boolean NOT NULL DEFAULT false,
  blamed smallint NOT NULL DEFAULT 0,
  never_begun bigint NOT NULL DEFAULT 0,  -- of a cancelled alert, once settled; a part of `cancelled`
  sent bigint NOT NULL DEFAULT 0,
  delivered bigint NOT NULL DEFAULT 0,
  failed bigint NOT NULL DEFAULT 0,
  pending bigint NOT NULL DEFAULT 0,
  cancelled bigint NOT NULL DEFAULT 0,
  progressed_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (alert_id, batch)
) WITH (fillfactor = 50);
CREATE INDEX alert_batches_dirty ON alert_batches (alert_id, batch) WHERE dirty;
CREATE INDEX alert_batches_open ON alert_batches (alert_id, batch) WHERE state = 0;

-- ---- Deliveries: the attempt's half, the reports' half, and three columns that the writer derives from both.
CREATE TABLE deliveries (
  alert_id uuid NOT NULL,
  batch int NOT NULL,
  recipient_id uuid NOT NULL,
  channel smallint NOT NULL,
  state smallint NOT NULL,
  attempts smallint NOT NULL,
  looks smallint NOT NULL DEFAULT 0,
  phone_version smallint,          -- none: it went nowhere
  visible smallint NOT NULL,       -- alert::visible(): what a caller sees
  settled boolean NOT NULL,        -- alert::is_settled()
  report_kind smallint,
  report_rank int,                 -- none: there are no reports
  error_code int,
  report_error_code int,
  token uuid NOT NULL,
  report_token uuid,
  started_at timestamptz(3) NOT NULL,
  lease_until timestamptz(3),
  due_at timestamptz(3),
  wake_at timestamptz(3),          -- due_at of an unsettled one, later while it is hidden: what due() looks for
  sent_at timestamptz(3),
  accepted_at timestamptz(3),
  delivered_at timestamptz(3),
  acknowledged_at timestamptz(3),
  account text NOT NULL DEFAULT '',
  sender text NOT NULL DEFAULT '',
  body_hash bytea,
  sid text,
  reason text NOT NULL DEFAULT '',
  report_sid text,
  report_reason text,
  PRIMARY KEY (alert_id, batch, recipient_id, channel)
) PARTITION BY RANGE (alert_id);
CREATE INDEX deliveries_due ON deliveries (wake_at) WHERE wake_at IS NOT NULL;
CREATE TABLE deliveries_default PARTITION OF deliveries DEFAULT WITH (fillfactor = 60);

-- Partitions of a week each, from Monday, ahead of their time. What was written to the default partition first keeps its week there.
CREATE FUNCTION create_delivery_partitions(ahead int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  week timestamptz;
  name text;
  made int := 0;
BEGIN
  FOR i IN 0 .. ahead LOOP
    week := (date_trunc('week', now() AT TIME ZONE 'UTC') + make_interval(weeks => i)) AT TIME ZONE 'UTC';
    name := 'deliveries_' || to_char(week AT TIME ZONE 'UTC', 'YYYYMMDD');
    CONTINUE WHEN to_regclass(name) IS NOT NULL;
    CONTINUE WHEN EXISTS (SELECT FROM deliveries_default WHERE alert_id >= id_at(week) AND alert_id < id_at(week + interval '7 days'));
    EXECUTE format('CREATE TABLE %I PARTITION OF deliveries FOR VALUES FROM (%L) TO (%L) WITH (fillfactor = 60)', name, id_at(week),
                   id_at(week + interval '7 days'));
    made := made + 1;
  END LOOP;
  RETURN made;
END
$$;
SELECT create_delivery_partitions(2);

-- Which delivery a provider's id belongs to.
CREATE TABLE claims (
  sid text PRIMARY KEY,
  alert_id uuid NOT NULL,
  batch int NOT NULL,
  recipient_id uuid NOT NULL,
  channel smallint NOT NULL,
  by_look_up boolean NOT NULL,  -- a callback outranks it
  claimed_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX claims_age ON claims USING brin (claimed_at) WITH (pages_per_range = 16);

-- ---- Events.
CREATE TABLE outbox (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  kind smallint NOT NULL,
  alert_id uuid NOT NULL,
  batch int NOT NULL,
  lane smallint NOT NULL,
  epoch bigint NOT NULL,
  trace text NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

CREATE TABLE queue_messages (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  lane smallint NOT NULL,
  kind smallint NOT NULL,
  alert_id uuid NOT NULL,
  batch int NOT NULL,
  epoch bigint NOT NULL,
  trace text NOT NULL,
  published_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  visible_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  receives int NOT NULL DEFAULT 0,
  reason text NOT NULL DEFAULT ''
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
CREATE INDEX queue_messages_visible ON queue_messages (lane, visible_at);

CREATE TABLE dead_letters (
  id bigint PRIMARY KEY,  -- the message's
  lane smallint NOT NULL,
  kind smallint NOT NULL,
  alert_id uuid NOT NULL,
  batch int NOT NULL,
  epoch bigint NOT NULL,
  trace text NOT NULL,
  receives int NOT NULL,
  reason text NOT NULL,
  dead_at timestamptz(3) NOT NULL DEFAULT now()
);

-- ---- Who may call, and what the poller has seen.
CREATE TABLE api_keys (
  key_hash bytea PRIMARY KEY,  -- SHA-256
  name text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  last_used_at timestamptz(3),
  revoked_at timestamptz(3)
);
CREATE UNIQUE INDEX api_keys_name ON api_keys (name) WHERE revoked_at IS NULL;

CREATE TABLE seen_stories (
  story_id bigint PRIMARY KEY,
  seen_at timestamptz(3) NOT NULL DEFAULT now()
);
