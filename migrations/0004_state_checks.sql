-- Deliveries whose callbacks never came are asked for at the provider: some times after their batch was settled.
ALTER TABLE alert_batches ADD COLUMN settled_at timestamptz(3), ADD COLUMN checks smallint NOT NULL DEFAULT 0;
CREATE INDEX alert_batches_unfinished ON alert_batches (checks, settled_at) WHERE state = 1 AND sent > delivered;
