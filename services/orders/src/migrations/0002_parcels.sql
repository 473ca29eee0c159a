-- Orders go on after they are confirmed: parcels, arrival, completion. Tables are made anew, because SQLite changes no CHECK.
CREATE TABLE orders_now (
  id {uuid} PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  cart_id {uuid} NOT NULL,
  cart_version BIGINT NOT NULL,
  customer_id {uuid},
  email TEXT NOT NULL,
  email_key TEXT NOT NULL,
  payment_method TEXT NOT NULL,
  currency TEXT NOT NULL,
  total BIGINT NOT NULL CHECK (total >= 0),
  units BIGINT NOT NULL,
  placed_ms BIGINT NOT NULL,
  deadline_ms BIGINT,
  status TEXT NOT NULL CHECK (status IN (
    'pending', 'awaiting_payment', 'confirmed', 'ready_for_pickup', 'partially_shipped', 'shipped', 'delivered',
    'completed', 'cancelled'
  )),
  payment_status TEXT NOT NULL,
  cancel_reason TEXT,
  version BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  stock TEXT NOT NULL,
  authorized BIGINT NOT NULL,
  captured BIGINT NOT NULL,
  refunded BIGINT NOT NULL,
  voided BOOLEAN NOT NULL,
  closed BOOLEAN NOT NULL,
  attempt BIGINT NOT NULL,
  failed_attempt BIGINT NOT NULL,
  cancel_requested TEXT,
  closing BOOLEAN NOT NULL,
  asked BIGINT NOT NULL,
  coupon TEXT NOT NULL,
  points TEXT NOT NULL,
  pieces BIGINT NOT NULL,
  dispatched BIGINT NOT NULL,
  delivered BIGINT NOT NULL,
  ready BOOLEAN NOT NULL,
  collected BOOLEAN NOT NULL,
  stopped BOOLEAN NOT NULL,
  under_way BOOLEAN NOT NULL,
  invoiced BOOLEAN NOT NULL,
  credited BIGINT NOT NULL,
  UNIQUE (cart_id, cart_version),
  CHECK ((status = 'cancelled') = (cancel_reason IS NOT NULL))
) {clustered};

INSERT INTO orders_now SELECT
  id, number, cart_id, cart_version, customer_id, email, email_key, payment_method, currency, total, units,
  placed_ms, deadline_ms, status, payment_status, cancel_reason, version, revision, stock, authorized, captured,
  refunded, voided, closed, attempt, failed_attempt, cancel_requested, closing, asked, 'not_needed', 'not_needed',
  units, 0, 0, FALSE, FALSE, FALSE, FALSE, FALSE, 0
  FROM orders;

DROP TABLE orders;

ALTER TABLE orders_now RENAME TO orders;

CREATE INDEX orders_of_customer ON orders (customer_id, id);
CREATE INDEX orders_by_email ON orders (email_key, id);
CREATE INDEX orders_by_status ON orders (status, id);

CREATE TABLE order_history_now (
  order_id {uuid} NOT NULL,
  version BIGINT NOT NULL,
  previous TEXT NOT NULL,
  status TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (order_id, version),
  CHECK ((version = 1) = (previous = '')),
  CHECK (previous || '>' || status IN (
    '>pending', 'pending>awaiting_payment', 'pending>confirmed', 'pending>cancelled',
    'awaiting_payment>confirmed', 'awaiting_payment>cancelled', 'confirmed>ready_for_pickup',
    'confirmed>partially_shipped', 'confirmed>shipped', 'confirmed>delivered',
    'ready_for_pickup>partially_shipped', 'ready_for_pickup>shipped', 'ready_for_pickup>delivered',
    'partially_shipped>shipped', 'partially_shipped>delivered', 'shipped>delivered', 'delivered>completed',
    'confirmed>cancelled', 'ready_for_pickup>cancelled'
  ))
) {clustered};

INSERT INTO order_history_now SELECT order_id, version, previous, status, at_ms FROM order_history;

DROP TABLE order_history;

ALTER TABLE order_history_now RENAME TO order_history;

CREATE TABLE paper_series (
  series TEXT PRIMARY KEY,
  last BIGINT NOT NULL
);

CREATE TABLE papers (
  number TEXT PRIMARY KEY,
  series TEXT NOT NULL,
  seq BIGINT NOT NULL,
  order_id {uuid} NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('invoice', 'credit_note')),
  amount BIGINT NOT NULL,
  issued_ms BIGINT NOT NULL,
  UNIQUE (series, seq)
);

CREATE INDEX papers_of_order ON papers (order_id);
CREATE UNIQUE INDEX one_invoice_of_an_order ON papers (order_id) WHERE kind = 'invoice';
