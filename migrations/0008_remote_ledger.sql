-- Behind a long dump this gives up instead of holding up everybody: to be tried again.
SET LOCAL lock_timeout = '5s';
-- Batches whose deliveries are kept elsewhere. `changes`: so often that ledger has touched the batch; a count during which it rose is to be
-- made again. `counted`: so often it was counted, or opened again; of two counts at once the one that is later with its answer drops it.
ALTER TABLE alert_batches ADD COLUMN changes bigint NOT NULL DEFAULT 0, ADD COLUMN counted bigint NOT NULL DEFAULT 0;
