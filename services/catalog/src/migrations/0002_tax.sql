ALTER TABLE variants ADD COLUMN tax_class TEXT NOT NULL DEFAULT 'standard';
ALTER TABLE variants ADD COLUMN prices TEXT NOT NULL DEFAULT '{}';

ALTER TABLE products ADD COLUMN told_state BIGINT NOT NULL DEFAULT 0;
ALTER TABLE products ADD COLUMN told TEXT NOT NULL DEFAULT '';

CREATE INDEX products_told ON products (told_state, id);

CREATE TABLE product_prices (
  currency TEXT NOT NULL,
  product_id {uuid} NOT NULL REFERENCES products (id),
  price_from BIGINT NOT NULL,
  PRIMARY KEY (product_id, currency)
);

CREATE INDEX product_prices_order ON product_prices (currency, price_from, product_id);

CREATE TABLE surroundings (
  name TEXT PRIMARY KEY,
  state BIGINT NOT NULL
);

INSERT INTO surroundings (name, state) VALUES ('products', 1);

CREATE TABLE tax_rates (
  country TEXT PRIMARY KEY,
  version BIGINT NOT NULL,
  rates TEXT NOT NULL,
  regions TEXT NOT NULL
);

CREATE TABLE seeded (
  name TEXT PRIMARY KEY
);
