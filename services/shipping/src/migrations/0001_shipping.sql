CREATE TABLE fulfilments (
  order_id {uuid} PRIMARY KEY,
  id {uuid} NOT NULL UNIQUE,
  state TEXT NOT NULL,
  confirmed BOOLEAN NOT NULL,
  allocated BOOLEAN NOT NULL,
  ending TEXT NOT NULL,
  handover TEXT NOT NULL,
  pieces BIGINT NOT NULL,
  claimed BIGINT NOT NULL,
  dispatched BIGINT NOT NULL,
  delivered BIGINT NOT NULL,
  order_number TEXT,
  customer_id {uuid},
  method TEXT,
  address TEXT,
  version BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  CONSTRAINT no_piece_leaves_twice
    CHECK (0 <= delivered AND delivered <= dispatched AND dispatched <= claimed AND claimed <= pieces)
) {clustered};

CREATE INDEX fulfilments_by_state ON fulfilments (state, id);

CREATE INDEX fulfilments_by_number ON fulfilments (order_number);

CREATE TABLE fulfilment_lines (
  order_id {uuid} NOT NULL,
  position BIGINT NOT NULL,
  sku TEXT NOT NULL,
  pieces BIGINT NOT NULL,
  claimed BIGINT NOT NULL,
  PRIMARY KEY (order_id, sku),
  CONSTRAINT no_piece_of_a_line_leaves_twice CHECK (0 <= claimed AND claimed <= pieces)
) {clustered};

CREATE TABLE shipments (
  id {uuid} PRIMARY KEY,
  order_id {uuid} NOT NULL,
  state TEXT NOT NULL,
  carrier TEXT NOT NULL,
  carrier_name TEXT NOT NULL,
  tracking_number TEXT,
  tracking_url TEXT,
  lines TEXT NOT NULL,
  pieces BIGINT NOT NULL,
  words TEXT,
  tracked_ms BIGINT,
  failure TEXT,
  tries BIGINT NOT NULL,
  due_ms BIGINT,
  made_ms BIGINT NOT NULL,
  dispatched_ms BIGINT,
  delivered_ms BIGINT
);

CREATE INDEX shipments_by_order ON shipments (order_id, id);

CREATE INDEX shipments_to_be_labelled ON shipments (due_ms) WHERE due_ms IS NOT NULL;

CREATE TABLE carrier_reports (
  carrier TEXT NOT NULL,
  event_id TEXT NOT NULL,
  body {bytes} NOT NULL,
  verdict TEXT,
  received_ms BIGINT NOT NULL,
  PRIMARY KEY (carrier, event_id)
);

CREATE TABLE shipping_methods (
  id TEXT PRIMARY KEY,
  version BIGINT NOT NULL,
  enabled BOOLEAN NOT NULL,
  name TEXT NOT NULL,
  rate TEXT NOT NULL,
  free_above BIGINT,
  countries TEXT NOT NULL,
  tax_rate_bp BIGINT NOT NULL,
  currency TEXT NOT NULL,
  at_ms BIGINT NOT NULL
);

CREATE TABLE seeded (
  name TEXT PRIMARY KEY
);
