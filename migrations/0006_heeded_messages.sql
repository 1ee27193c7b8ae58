-- People's STOP and START, and Twilio's word of them, that were followed: one that is sent again changes nothing. Few, and kept for ever.
CREATE TABLE heeded_messages (
  sid text PRIMARY KEY,
  heeded_at timestamptz(3) NOT NULL DEFAULT now()
);
