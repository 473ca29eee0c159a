ALTER TABLE fulfilments ADD COLUMN capture_first BOOLEAN NOT NULL DEFAULT FALSE;

ALTER TABLE fulfilments ADD COLUMN dispute TEXT;

ALTER TABLE fulfilments ADD COLUMN released TEXT;

ALTER TABLE fulfilments ADD COLUMN address_version BIGINT NOT NULL DEFAULT 0;

ALTER TABLE shipments ADD COLUMN onward TEXT NOT NULL DEFAULT 'hand';

ALTER TABLE shipments ADD COLUMN capture_amount BIGINT;

CREATE INDEX shipments_awaiting_capture ON shipments (order_id, id) WHERE state = 'awaiting_capture';

CREATE TABLE captures (
  order_id {uuid} PRIMARY KEY,
  captured BIGINT NOT NULL
) {clustered};
