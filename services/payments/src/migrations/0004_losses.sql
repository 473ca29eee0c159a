-- What a lost dispute undid of the store credit that returns had become. And mismatches that were dealt with are
-- forgotten one day.
ALTER TABLE payments ADD COLUMN taken_back BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payments ADD COLUMN written_off BIGINT NOT NULL DEFAULT 0;

CREATE INDEX mismatches_resolved ON mismatches (resolved_ms) WHERE resolved_ms IS NOT NULL;
