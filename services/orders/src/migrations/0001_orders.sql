CREATE TABLE orders (
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
  status TEXT NOT NULL CHECK (status IN ('pending', 'awaiting_payment', 'confirmed', 'cancelled')),
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
  UNIQUE (cart_id, cart_version),
  CHECK ((status = 'cancelled') = (cancel_reason IS NOT NULL))
) {clustered};

CREATE INDEX orders_of_customer ON orders (customer_id, id);
CREATE INDEX orders_by_email ON orders (email_key, id);
CREATE INDEX orders_by_status ON orders (status, id);

CREATE TABLE order_snapshots (
  order_id {uuid} PRIMARY KEY,
  body TEXT NOT NULL
);

CREATE TABLE order_history (
  order_id {uuid} NOT NULL,
  version BIGINT NOT NULL,
  previous TEXT NOT NULL,
  status TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (order_id, version),
  CHECK ((version = 1) = (previous = '')),
  CHECK (previous || '>' || status IN (
    '>pending',
    'pending>awaiting_payment',
    'pending>confirmed',
    'pending>cancelled',
    'awaiting_payment>confirmed',
    'awaiting_payment>cancelled',
    'confirmed>cancelled'
  ))
) {clustered};

CREATE TABLE timeline (
  seq {sequence},
  order_id {uuid} NOT NULL,
  at_ms BIGINT NOT NULL,
  status TEXT NOT NULL,
  what TEXT NOT NULL,
  detail TEXT
);

CREATE INDEX timeline_of_order ON timeline (order_id, seq);
