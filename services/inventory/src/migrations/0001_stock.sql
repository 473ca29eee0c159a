CREATE TABLE stock (
  sku TEXT NOT NULL,
  location TEXT NOT NULL,
  on_hand BIGINT NOT NULL,
  held BIGINT NOT NULL,
  allocated BIGINT NOT NULL,
  safety BIGINT NOT NULL,
  backorder BOOLEAN NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (sku, location),
  CONSTRAINT stock_is_not_negative CHECK (held >= 0 AND allocated >= 0),
  CONSTRAINT stock_is_not_oversold CHECK (backorder OR held + allocated <= on_hand)
) {clustered};

CREATE TABLE movements (
  seq {sequence},
  sku TEXT NOT NULL,
  location TEXT NOT NULL,
  kind TEXT NOT NULL,
  on_hand_delta BIGINT NOT NULL,
  held_delta BIGINT NOT NULL,
  allocated_delta BIGINT NOT NULL,
  order_id {uuid},
  reason TEXT,
  reference TEXT,
  actor TEXT,
  at_ms BIGINT NOT NULL
);

CREATE INDEX movements_by_sku ON movements (sku, location, seq);

CREATE TABLE reservations (
  order_id {uuid} PRIMARY KEY,
  state TEXT NOT NULL,
  lines TEXT NOT NULL,
  short TEXT,
  version BIGINT NOT NULL,
  at_ms BIGINT NOT NULL
) {clustered};

CREATE TABLE turnstile (
  name TEXT PRIMARY KEY
);

INSERT INTO turnstile (name) VALUES ('stock');
