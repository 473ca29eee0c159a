CREATE TABLE brands (
  id {uuid} PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  version BIGINT NOT NULL
);

CREATE TABLE categories (
  id {uuid} PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  parent_id {uuid},
  version BIGINT NOT NULL
);

CREATE INDEX categories_parent ON categories (parent_id);

CREATE TABLE products (
  id {uuid} PRIMARY KEY,
  version BIGINT NOT NULL,
  handle TEXT NOT NULL UNIQUE,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  description TEXT NOT NULL,
  status TEXT NOT NULL,
  brand_id {uuid},
  price_from BIGINT NOT NULL,
  compare_from BIGINT,
  image TEXT,
  options TEXT NOT NULL,
  tags TEXT NOT NULL,
  photos TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  changed_ms BIGINT NOT NULL
);

CREATE INDEX products_newest ON products (status, id);
CREATE INDEX products_price ON products (status, price_from, id);
CREATE INDEX products_name ON products (status, name_key, id);
CREATE INDEX products_brand ON products (brand_id);

CREATE TABLE variants (
  id {uuid} PRIMARY KEY,
  product_id {uuid} NOT NULL REFERENCES products (id),
  position BIGINT NOT NULL,
  sku TEXT NOT NULL UNIQUE,
  options TEXT NOT NULL,
  price BIGINT NOT NULL,
  compare_at BIGINT,
  barcode TEXT,
  grams BIGINT NOT NULL,
  stocked BOOLEAN NOT NULL
);

CREATE INDEX variants_product ON variants (product_id, position);

CREATE TABLE product_categories (
  category_id {uuid} NOT NULL,
  product_id {uuid} NOT NULL REFERENCES products (id),
  PRIMARY KEY (category_id, product_id)
);

CREATE INDEX product_categories_product ON product_categories (product_id);

CREATE TABLE availability (
  sku TEXT PRIMARY KEY,
  available BIGINT NOT NULL,
  version BIGINT NOT NULL
) {clustered};
