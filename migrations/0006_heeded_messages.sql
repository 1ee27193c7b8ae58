-- People's STOP and START, and Twilio's word of them, that were followed: one that is sent again changes nothing, nor does one that is
-- older than what the same number wrote last. Few, and kept for ever.
CREATE TABLE heeded_messages (
  sid text PRIMARY KEY,
  number_hash bytea NOT NULL,
  at timestamptz(3) NOT NULL
);
CREATE INDEX heeded_messages_number ON heeded_messages (number_hash, at);
