-- Behind a long dump this gives up instead of holding up everybody: to be tried again.
SET LOCAL lock_timeout = '5s';
-- A recipient's calls: whether one more is open while a look-up asks whose a call is. Neither column ever changes, so that no update of a
-- delivery has to write to it.
CREATE INDEX deliveries_calls ON deliveries (recipient_id) WHERE channel = 1;
