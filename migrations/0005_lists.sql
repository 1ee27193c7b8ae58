-- Behind a long dump this gives up instead of holding up all new alerts: to be tried again.
SET LOCAL lock_timeout = '5s';
-- Lists by status, by priority or both: each pair is a stretch of its own, in the order of ids. How many there are of each is not to sway
-- the planner: a page is to be as quick while a million newer alerts wait in the queue.
CREATE INDEX alerts_listed ON alerts (status, priority, alert_id);
ALTER TABLE alerts ALTER COLUMN status SET STATISTICS 0, ALTER COLUMN priority SET STATISTICS 0;
DROP INDEX alerts_by_status;
DROP INDEX alerts_by_priority;
