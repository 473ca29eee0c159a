CREATE TABLE purchases (
  customer_id {uuid} NOT NULL,
  sku TEXT NOT NULL,
  order_id {uuid} NOT NULL,
  PRIMARY KEY (customer_id, sku, order_id)
) {clustered};

CREATE TABLE cancelled_orders (
  order_id {uuid} PRIMARY KEY
) {clustered};

CREATE TABLE reviews (
  id {uuid} PRIMARY KEY,
  product_id {uuid} NOT NULL REFERENCES products (id),
  customer_id {uuid} NOT NULL,
  status TEXT NOT NULL,
  stars BIGINT NOT NULL,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  author TEXT NOT NULL,
  at_ms BIGINT NOT NULL
);

CREATE UNIQUE INDEX reviews_author ON reviews (product_id, customer_id);
CREATE INDEX reviews_shown ON reviews (product_id, status, id);
CREATE INDEX reviews_status ON reviews (status, id);
