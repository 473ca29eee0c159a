CREATE TABLE carts (
  id {uuid} PRIMARY KEY,
  owner {uuid},
  status TEXT NOT NULL CHECK (status IN ('open', 'checked_out', 'merged')),
  version BIGINT NOT NULL CHECK (version > 0),
  email TEXT,
  shipping_address TEXT,
  billing_address TEXT,
  shipping_method TEXT,
  lines TEXT NOT NULL,
  order_id {uuid},
  merged_into {uuid},
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL,
  CHECK ((status = 'checked_out') = (order_id IS NOT NULL)),
  CHECK ((status = 'merged') = (merged_into IS NOT NULL))
);

CREATE INDEX carts_left ON carts (id) WHERE owner IS NULL AND status <> 'checked_out';

CREATE TABLE checkouts (
  order_id {uuid} PRIMARY KEY,
  cart_id {uuid} NOT NULL,
  cart_version BIGINT NOT NULL,
  number TEXT NOT NULL UNIQUE,
  customer {uuid},
  at_ms BIGINT NOT NULL,
  UNIQUE (cart_id, cart_version)
) {clustered};

CREATE TABLE number_blocks (
  id {sequence},
  at_ms BIGINT NOT NULL
);

CREATE TABLE products (
  product_id {uuid} PRIMARY KEY,
  version BIGINT NOT NULL
);

CREATE TABLE prices (
  sku TEXT NOT NULL,
  product_id {uuid} NOT NULL,
  name TEXT NOT NULL,
  price BIGINT NOT NULL,
  currency TEXT NOT NULL,
  active BOOLEAN NOT NULL,
  stocked BOOLEAN NOT NULL,
  tax_rate_bp BIGINT NOT NULL,
  PRIMARY KEY (sku, product_id)
) {clustered};

CREATE INDEX prices_product ON prices (product_id);

CREATE TABLE stock_seen (
  sku TEXT PRIMARY KEY,
  available BIGINT NOT NULL,
  version BIGINT NOT NULL
) {clustered};
