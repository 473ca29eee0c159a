CREATE TABLE payments (
  order_id {uuid} PRIMARY KEY,
  payment_id {uuid} NOT NULL,
  due BOOLEAN NOT NULL,
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  deadline_ms BIGINT,
  state TEXT NOT NULL,
  cancelled BOOLEAN NOT NULL,
  authorized BIGINT NOT NULL,
  captured BIGINT NOT NULL,
  refunded BIGINT NOT NULL,
  refund_reserved BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  CHECK (state IN ('open', 'closing', 'cancelling', 'closed')),
  CHECK (amount >= 0 AND authorized >= 0 AND authorized <= amount),
  CHECK (captured >= 0 AND captured <= authorized),
  CHECK (refunded >= 0 AND refunded <= refund_reserved AND refund_reserved <= captured)
) {clustered};

CREATE TABLE attempts (
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
  PRIMARY KEY (order_id, attempt),
  CHECK (captured = 0 OR captured = amount),
  CHECK (captured = 0 OR status = 'captured')
) {clustered};

CREATE INDEX attempts_due ON attempts (due_ms) WHERE due_ms IS NOT NULL;

CREATE TABLE refunds (
  refund_id {uuid} PRIMARY KEY,
  order_id {uuid} NOT NULL,
  attempt BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  origin TEXT NOT NULL,
  reason TEXT NOT NULL,
  status TEXT NOT NULL,
  due_ms BIGINT,
  lease {uuid},
  sent BOOLEAN NOT NULL,
  tries BIGINT NOT NULL,
  code TEXT,
  trace TEXT,
  created_ms BIGINT NOT NULL,
  CHECK (amount > 0),
  CHECK (status IN ('prepared', 'calling', 'done', 'failed'))
);

CREATE INDEX refunds_order ON refunds (order_id, refund_id);
CREATE INDEX refunds_due ON refunds (due_ms) WHERE due_ms IS NOT NULL;
CREATE UNIQUE INDEX refunds_surplus ON refunds (order_id, attempt) WHERE origin = 'surplus' AND status <> 'failed';

CREATE TABLE ledger (
  order_id {uuid} NOT NULL,
  entry TEXT NOT NULL,
  account TEXT NOT NULL,
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (order_id, entry, account)
) {clustered};

CREATE TABLE webhooks (
  id {sequence},
  provider TEXT NOT NULL,
  event_id TEXT NOT NULL,
  body {bytes} NOT NULL,
  received_ms BIGINT NOT NULL,
  handled_ms BIGINT,
  verdict TEXT,
  UNIQUE (provider, event_id)
);
