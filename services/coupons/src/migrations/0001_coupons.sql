CREATE TABLE promotions (
  id {uuid} PRIMARY KEY,
  version BIGINT NOT NULL,
  enabled BOOLEAN NOT NULL,
  automatic BOOLEAN NOT NULL,
  most BIGINT,
  most_per_customer BIGINT,
  counts_uses BOOLEAN NOT NULL,
  counts_customers BOOLEAN NOT NULL,
  promotion TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL,
  CHECK (counts_uses OR most IS NULL),
  CHECK (counts_customers OR most_per_customer IS NULL)
);

CREATE INDEX promotions_automatic ON promotions (id) WHERE automatic AND enabled;

CREATE TABLE codes (
  code TEXT PRIMARY KEY,
  promotion_id {uuid} NOT NULL,
  most BIGINT,
  enabled BOOLEAN NOT NULL,
  created_ms BIGINT NOT NULL
);

CREATE INDEX codes_by_promotion ON codes (promotion_id, code);

CREATE TABLE counters (
  key TEXT PRIMARY KEY,
  promotion_id {uuid} NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('promotion', 'code', 'customer')),
  used BIGINT NOT NULL,
  most BIGINT,
  CONSTRAINT counter_is_not_negative CHECK (used >= 0),
  CONSTRAINT counter_is_not_exceeded CHECK (most IS NULL OR used <= most)
) {clustered};

CREATE INDEX counters_by_promotion ON counters (promotion_id, kind, used);

CREATE TABLE orders (
  order_id {uuid} PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('reserved', 'rejected', 'redeemed', 'released', 'awaited')),
  claims TEXT NOT NULL,
  held TEXT NOT NULL,
  refused_code TEXT,
  refused_reason TEXT,
  version BIGINT NOT NULL,
  at_ms BIGINT NOT NULL
);

CREATE INDEX orders_with_claims ON orders (order_id) WHERE claims <> '[]';

CREATE TABLE uses (
  order_id {uuid} NOT NULL,
  item BIGINT NOT NULL,
  promotion_id {uuid} NOT NULL,
  code TEXT,
  customer TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (order_id, item)
) {clustered};

CREATE INDEX uses_by_promotion ON uses (promotion_id, order_id, item);

CREATE INDEX uses_by_code ON uses (code) WHERE code IS NOT NULL;

CREATE TABLE rewards (
  reward_id TEXT PRIMARY KEY,
  promotion_id {uuid} NOT NULL,
  at_ms BIGINT NOT NULL
);

CREATE TABLE turnstile (
  name TEXT PRIMARY KEY
);

INSERT INTO turnstile (name) VALUES ('counters');
