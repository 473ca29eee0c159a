CREATE TABLE simulator_charges (
  charge_key TEXT PRIMARY KEY,
  order_id {uuid} NOT NULL,
  reference TEXT NOT NULL,
  method TEXT NOT NULL,
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  immediate BOOLEAN NOT NULL,
  status TEXT NOT NULL,
  captured BIGINT NOT NULL,
  refunded BIGINT NOT NULL,
  token TEXT NOT NULL,
  repeats BIGINT NOT NULL,
  due_ms BIGINT,
  at_ms BIGINT NOT NULL,
  CHECK (captured >= 0 AND captured <= amount AND refunded >= 0 AND refunded <= captured)
) {clustered};

CREATE INDEX simulator_charges_order ON simulator_charges (order_id);
CREATE UNIQUE INDEX simulator_charges_token ON simulator_charges (token);
CREATE INDEX simulator_charges_due ON simulator_charges (due_ms) WHERE due_ms IS NOT NULL;

CREATE TABLE simulator_refunds (
  refund_key {uuid} PRIMARY KEY,
  charge_key TEXT NOT NULL,
  amount BIGINT NOT NULL,
  reference TEXT NOT NULL,
  repeats BIGINT NOT NULL,
  at_ms BIGINT NOT NULL
);

CREATE TABLE simulator_webhooks (
  event_id TEXT PRIMARY KEY,
  body TEXT NOT NULL,
  copies BIGINT NOT NULL,
  due_ms BIGINT
);

CREATE INDEX simulator_webhooks_due ON simulator_webhooks (due_ms) WHERE due_ms IS NOT NULL;
