-- Gift cards and store credit, returns, captures parcel by parcel, disputes. Attempts are made anew, because SQLite
-- changes no CHECK: money of theirs may be taken in parts now.
CREATE TABLE attempts_now (
  order_id {uuid} NOT NULL,
  attempt BIGINT NOT NULL,
  method TEXT NOT NULL,
  provider TEXT NOT NULL,
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  status TEXT NOT NULL,
  task TEXT,
  due_ms BIGINT,
  lease {uuid},
  sent BOOLEAN NOT NULL,
  tries BIGINT NOT NULL,
  captured BIGINT NOT NULL,
  surplus BOOLEAN NOT NULL,
  provider_ref TEXT,
  action_url TEXT,
  code TEXT,
  flag TEXT,
  trace TEXT,
  created_ms BIGINT NOT NULL,
  capture_now BOOLEAN NOT NULL,
  capture_to BIGINT NOT NULL,
  PRIMARY KEY (order_id, attempt),
  CHECK (captured >= 0 AND captured <= amount AND capture_to >= 0 AND capture_to <= amount),
  CHECK (captured = 0 OR status IN ('authorized', 'captured'))
) {clustered};

INSERT INTO attempts_now SELECT
  order_id, attempt, method, provider, amount, currency, status, task, due_ms, lease, sent, tries, captured, surplus,
  provider_ref, action_url, code, flag, trace, created_ms, TRUE, CASE WHEN task = 'capture' THEN amount ELSE captured END
  FROM attempts;

DROP TABLE attempts;

ALTER TABLE attempts_now RENAME TO attempts;

CREATE INDEX attempts_due ON attempts (due_ms) WHERE due_ms IS NOT NULL;
CREATE INDEX attempts_created ON attempts (created_ms);

ALTER TABLE payments ADD COLUMN tendered BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payments ADD COLUMN credited BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payments ADD COLUMN disputed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payments ADD COLUMN dispute TEXT;
ALTER TABLE payments ADD COLUMN parts BOOLEAN NOT NULL DEFAULT FALSE;

ALTER TABLE refunds ADD COLUMN credited BIGINT NOT NULL DEFAULT 0;
ALTER TABLE refunds ADD COLUMN return_id {uuid};

CREATE UNIQUE INDEX refunds_return ON refunds (return_id) WHERE return_id IS NOT NULL;

ALTER TABLE ledger ADD COLUMN holder TEXT;
ALTER TABLE ledger ADD COLUMN note TEXT;
ALTER TABLE ledger ADD COLUMN actor TEXT;

CREATE INDEX ledger_holder ON ledger (holder, at_ms) WHERE holder IS NOT NULL;

CREATE TABLE gift_cards (
  card_id {uuid} PRIMARY KEY,
  code_hash TEXT NOT NULL UNIQUE,
  label TEXT NOT NULL,
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  ends_ms BIGINT,
  email TEXT,
  disabled BOOLEAN NOT NULL,
  actor TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  CHECK (amount > 0)
);

CREATE TABLE balances (
  holder TEXT PRIMARY KEY,
  balance BIGINT NOT NULL,
  currency TEXT NOT NULL,
  CHECK (balance >= 0)
);

CREATE TABLE tenders (
  order_id {uuid} NOT NULL,
  number BIGINT NOT NULL,
  holder TEXT NOT NULL,
  label TEXT NOT NULL,
  amount BIGINT NOT NULL,
  state TEXT NOT NULL,
  returned BIGINT NOT NULL,
  PRIMARY KEY (order_id, number),
  CHECK (amount > 0 AND returned >= 0 AND returned <= amount),
  CHECK (state IN ('wanted', 'taken', 'released')),
  CHECK (returned = 0 OR state = 'taken')
);

CREATE TABLE returns (
  return_id {uuid} PRIMARY KEY,
  order_id {uuid} NOT NULL,
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  holder TEXT,
  settled BOOLEAN NOT NULL,
  at_ms BIGINT NOT NULL
);

CREATE INDEX returns_waiting ON returns (order_id) WHERE NOT settled;

CREATE TABLE capture_dues (
  order_id {uuid} NOT NULL,
  shipment_id {uuid} NOT NULL,
  amount BIGINT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (order_id, shipment_id),
  CHECK (state IN ('waiting', 'taken', 'failed'))
);

ALTER TABLE simulator_charges ADD COLUMN disputed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE simulator_charges ADD COLUMN dispute TEXT;
ALTER TABLE simulator_charges ADD COLUMN lost BIGINT NOT NULL DEFAULT 0;

CREATE TABLE reconciliations (
  day BIGINT PRIMARY KEY,
  phase TEXT NOT NULL,
  after TEXT NOT NULL,
  due_ms BIGINT NOT NULL,
  CHECK (phase IN ('ours', 'theirs', 'over'))
);

CREATE INDEX reconciliations_due ON reconciliations (due_ms) WHERE phase <> 'over';

CREATE TABLE mismatches (
  id {uuid} PRIMARY KEY,
  order_id {uuid} NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  ours BIGINT NOT NULL,
  theirs BIGINT NOT NULL,
  currency TEXT NOT NULL,
  first_seen_ms BIGINT NOT NULL,
  resolved_ms BIGINT,
  note TEXT,
  actor TEXT,
  UNIQUE (kind, subject, ours, theirs)
);

CREATE INDEX simulator_charges_at ON simulator_charges (at_ms, charge_key);
