CREATE TABLE checkouts_next (
  order_id {uuid} PRIMARY KEY,
  cart_id {uuid} NOT NULL,
  cart_version BIGINT NOT NULL,
  number TEXT NOT NULL,
  customer {uuid},
  at_ms BIGINT NOT NULL,
  buyer TEXT,
  cancelled BOOLEAN NOT NULL DEFAULT FALSE
) {clustered};

INSERT INTO checkouts_next (order_id, cart_id, cart_version, number, customer, at_ms, buyer, cancelled)
SELECT order_id, cart_id, cart_version, number, customer, at_ms, buyer, cancelled FROM checkouts ORDER BY order_id;

DROP TABLE checkouts;

ALTER TABLE checkouts_next RENAME TO checkouts;

CREATE INDEX checkouts_by_buyer ON checkouts (buyer) WHERE buyer IS NOT NULL AND NOT cancelled;

CREATE TABLE heard (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  stamp {uuid} NOT NULL
);
