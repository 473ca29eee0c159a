-- What comes back, what is packed, where parcels go now, disputes, and what staff note.
ALTER TABLE orders ADD COLUMN dispute TEXT;

ALTER TABLE orders ADD COLUMN disputed BIGINT NOT NULL DEFAULT 0;

ALTER TABLE orders ADD COLUMN open_returns BIGINT NOT NULL DEFAULT 0;

ALTER TABLE orders ADD COLUMN returned BIGINT NOT NULL DEFAULT 0;

ALTER TABLE orders ADD COLUMN address_version BIGINT NOT NULL DEFAULT 0;

CREATE TABLE order_returns (
  id {uuid} PRIMARY KEY,
  order_id {uuid} NOT NULL,
  number TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('requested', 'approved', 'rejected', 'received', 'cancelled')),
  refund BIGINT NOT NULL CHECK (refund >= 0),
  body TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  changed_ms BIGINT NOT NULL
);

CREATE INDEX order_returns_of_order ON order_returns (order_id, id);
CREATE INDEX order_returns_by_state ON order_returns (state, id);

CREATE TABLE left_parcels (
  shipment_id {uuid} PRIMARY KEY,
  order_id {uuid} NOT NULL,
  lines TEXT NOT NULL
);

CREATE INDEX left_parcels_of_order ON left_parcels (order_id);

CREATE TABLE packed_parcels (
  shipment_id {uuid} PRIMARY KEY,
  order_id {uuid} NOT NULL,
  lines TEXT NOT NULL,
  is_last BOOLEAN NOT NULL,
  failed BOOLEAN NOT NULL
);

CREATE INDEX packed_parcels_of_order ON packed_parcels (order_id);

CREATE TABLE order_addresses (
  order_id {uuid} PRIMARY KEY,
  version BIGINT NOT NULL,
  body TEXT NOT NULL
);

CREATE TABLE notes (
  seq {sequence},
  order_id {uuid} NOT NULL,
  author {uuid} NOT NULL,
  at_ms BIGINT NOT NULL,
  text TEXT NOT NULL
);

CREATE INDEX notes_of_order ON notes (order_id, seq);
