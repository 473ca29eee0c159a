ALTER TABLE prices ADD COLUMN other_prices TEXT NOT NULL DEFAULT '[]';
ALTER TABLE prices ADD COLUMN tax_class TEXT NOT NULL DEFAULT 'standard';

ALTER TABLE carts ADD COLUMN sold_at TEXT;
ALTER TABLE carts ADD COLUMN shown_at TEXT;
ALTER TABLE carts ADD COLUMN tenders TEXT;
ALTER TABLE carts ADD COLUMN draft TEXT;
ALTER TABLE carts ADD COLUMN exchange_of {uuid};

CREATE INDEX carts_drafts ON carts (id) WHERE draft IS NOT NULL;

CREATE TABLE markets (
  id TEXT PRIMARY KEY,
  version BIGINT NOT NULL,
  enabled BOOLEAN NOT NULL,
  countries TEXT NOT NULL,
  currency TEXT NOT NULL,
  prices_include_tax BOOLEAN NOT NULL
);

CREATE TABLE tax_rates (
  country TEXT PRIMARY KEY,
  version BIGINT NOT NULL,
  rates TEXT NOT NULL,
  regions TEXT NOT NULL
);

CREATE TABLE shop_words (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  version BIGINT NOT NULL,
  terms TEXT
);

CREATE TABLE customer_groups (
  user_id {uuid} PRIMARY KEY,
  version BIGINT NOT NULL,
  member_of TEXT NOT NULL
);
