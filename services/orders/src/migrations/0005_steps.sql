-- What happened to an order is kept once, a row for each write of it that moved it or told something: the move, the first line
-- of the timeline, and the lines after it. Its number is the order's revision and the place of the line (see store/steps.rs).
-- Lines of before keep their numbers, and moves of before have numbers below 0.
-- A CHECK with a list of three or more is a table that SQLite fills for each statement, so lists of words are alternatives here.
CREATE TABLE order_steps (
  order_id {uuid} NOT NULL,
  seq BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  version BIGINT,
  moved TEXT,
  status TEXT,
  what TEXT,
  detail TEXT,
  more TEXT,
  PRIMARY KEY (order_id, seq),
  CHECK ((version IS NULL) = (moved IS NULL)),
  CHECK ((version = 1) = (moved = '>pending')),
  CHECK ((status IS NULL) = (what IS NULL)),
  CHECK (version IS NOT NULL OR what IS NOT NULL),
  CHECK (
    moved IS NULL OR moved = '>pending' OR moved = 'pending>awaiting_payment' OR moved = 'awaiting_payment>confirmed'
    OR moved = 'pending>confirmed' OR moved = 'confirmed>shipped' OR moved = 'shipped>delivered'
    OR moved = 'delivered>completed' OR moved = 'confirmed>partially_shipped' OR moved = 'partially_shipped>shipped'
    OR moved = 'partially_shipped>delivered' OR moved = 'confirmed>delivered' OR moved = 'confirmed>ready_for_pickup'
    OR moved = 'ready_for_pickup>delivered' OR moved = 'ready_for_pickup>shipped'
    OR moved = 'ready_for_pickup>partially_shipped' OR moved = 'awaiting_payment>cancelled'
    OR moved = 'pending>cancelled' OR moved = 'confirmed>cancelled' OR moved = 'ready_for_pickup>cancelled'
  )
) {clustered};

INSERT INTO order_steps (order_id, seq, at_ms, status, what, detail)
  SELECT order_id, seq, at_ms, status, what, detail FROM timeline ORDER BY order_id, seq;

INSERT INTO order_steps (order_id, seq, at_ms, version, moved)
  SELECT order_id, -version, at_ms, version, previous || '>' || status FROM order_history;

DROP TABLE timeline;

DROP TABLE order_history;

-- The same orders with a cheaper CHECK; guests are in no list of a customer.
CREATE TABLE orders_next (
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
  status TEXT NOT NULL CHECK (
    status = 'confirmed' OR status = 'pending' OR status = 'awaiting_payment' OR status = 'shipped'
    OR status = 'delivered' OR status = 'completed' OR status = 'partially_shipped' OR status = 'ready_for_pickup'
    OR status = 'cancelled'
  ),
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
  dispute TEXT,
  disputed BIGINT NOT NULL DEFAULT 0,
  open_returns BIGINT NOT NULL DEFAULT 0,
  returned BIGINT NOT NULL DEFAULT 0,
  address_version BIGINT NOT NULL DEFAULT 0,
  guest BOOLEAN NOT NULL DEFAULT FALSE,
  UNIQUE (cart_id, cart_version),
  CHECK ((status = 'cancelled') = (cancel_reason IS NOT NULL))
) {clustered};

INSERT INTO orders_next SELECT
  id, number, cart_id, cart_version, customer_id, email, email_key, payment_method, currency, total, units, placed_ms,
  deadline_ms, status, payment_status, cancel_reason, version, revision, stock, authorized, captured, refunded, voided,
  closed, attempt, failed_attempt, cancel_requested, closing, asked, coupon, points, pieces, dispatched, delivered,
  ready, collected, stopped, under_way, invoiced, credited, dispute, disputed, open_returns, returned, address_version,
  guest
  FROM orders;

DROP TABLE orders;

ALTER TABLE orders_next RENAME TO orders;

CREATE INDEX orders_of_customer ON orders (customer_id, id) WHERE customer_id IS NOT NULL;
CREATE INDEX orders_by_email ON orders (email_key, id);
CREATE INDEX orders_by_status ON orders (status, id);

-- A number is made of its series and its place in it, so it tells both apart. One index finds the papers of an order and
-- holds that only one of them is an invoice.
CREATE TABLE papers_next (
  number TEXT PRIMARY KEY,
  series TEXT NOT NULL,
  seq BIGINT NOT NULL,
  order_id {uuid} NOT NULL,
  kind TEXT NOT NULL CHECK (kind = 'invoice' OR kind = 'credit_note'),
  amount BIGINT NOT NULL,
  issued_ms BIGINT NOT NULL,
  body TEXT
) {clustered};

INSERT INTO papers_next SELECT number, series, seq, order_id, kind, amount, issued_ms, body FROM papers ORDER BY number;

DROP TABLE papers;

ALTER TABLE papers_next RENAME TO papers;

CREATE UNIQUE INDEX papers_of_order ON papers (order_id, (CASE WHEN kind = 'invoice' THEN '' ELSE number END));
