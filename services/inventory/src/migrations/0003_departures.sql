ALTER TABLE reservations ADD COLUMN shipped TEXT;

CREATE TABLE departures (
  id {uuid} PRIMARY KEY,
  order_id {uuid} NOT NULL,
  at_ms BIGINT NOT NULL
);
