CREATE TABLE transfers (
  id {uuid} PRIMARY KEY,
  state TEXT NOT NULL,
  source TEXT NOT NULL,
  target TEXT NOT NULL,
  lines TEXT NOT NULL,
  reference TEXT,
  actor TEXT NOT NULL,
  sent_ms BIGINT NOT NULL,
  closed_ms BIGINT
);

CREATE INDEX transfers_by_state ON transfers (state, id);
