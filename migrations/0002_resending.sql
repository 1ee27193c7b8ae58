-- Messages that failed on their way are sent again, so often at most.
ALTER TABLE deliveries ADD COLUMN resent smallint NOT NULL DEFAULT 0;
