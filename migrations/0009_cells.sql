-- Two cells, each with its own copy of this database over time: which of them may work.

ALTER TABLE authority
  -- The cell's last sign of life, every 10 s while it is active: one of its processes that starts soon after need ask nobody.
  ADD COLUMN active_at timestamptz(3) NOT NULL DEFAULT to_timestamp(0),
  -- The epoch in which an operator told the cell to work, although it could not ask the other one.
  ADD COLUMN told_epoch bigint NOT NULL DEFAULT 0,
  -- The highest epoch in which another cell was seen at work: this one outbids it when it is promoted, or told.
  ADD COLUMN seen_epoch bigint NOT NULL DEFAULT 0,
  -- The last sign of life of the cell before this one; 1970: none is known.
  ADD COLUMN former_active_at timestamptz(3) NOT NULL DEFAULT to_timestamp(0),
  -- The epoch up to which what was settled shortly before a takeover is open again, where the ledger is elsewhere.
  ADD COLUMN late_opened_epoch bigint NOT NULL DEFAULT 0;
UPDATE authority SET late_opened_epoch = epoch;
