-- An entry of the ledger is one row with both of its lines; `holder` is whose balance the first of them is. Where only one
-- line was found, the other one is nothing, so that the sum still shows it.
CREATE TABLE ledger_now (
  order_id {uuid} NOT NULL,
  entry TEXT NOT NULL,
  account TEXT NOT NULL,
  amount BIGINT NOT NULL,
  counter TEXT NOT NULL,
  counter_amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  holder TEXT,
  note TEXT,
  actor TEXT,
  PRIMARY KEY (order_id, entry)
) {clustered};

INSERT INTO ledger_now SELECT
  one.order_id, one.entry, one.account, one.amount, COALESCE(other.account, ''), COALESCE(other.amount, 0),
  one.currency, one.at_ms, one.holder, one.note, one.actor
  FROM ledger one LEFT JOIN ledger other
    ON other.order_id = one.order_id AND other.entry = one.entry AND other.account <> one.account
  WHERE other.account IS NULL OR one.holder IS NOT NULL
    OR (other.holder IS NULL AND one.account < other.account);

DROP TABLE ledger;

ALTER TABLE ledger_now RENAME TO ledger;

CREATE INDEX ledger_holder ON ledger (holder, at_ms) WHERE holder IS NOT NULL;

-- The simulator's charges have their key in two columns, so that those of an order lie together; only a charge that waits
-- for the shopper has a token.
CREATE TABLE simulator_charges_now (
  order_id {uuid} NOT NULL,
  attempt BIGINT NOT NULL,
  reference TEXT NOT NULL,
  method TEXT NOT NULL,
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  immediate BOOLEAN NOT NULL,
  status TEXT NOT NULL,
  captured BIGINT NOT NULL,
  refunded BIGINT NOT NULL,
  token TEXT,
  repeats BIGINT NOT NULL,
  due_ms BIGINT,
  at_ms BIGINT NOT NULL,
  disputed BIGINT NOT NULL DEFAULT 0,
  dispute TEXT,
  lost BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (order_id, attempt),
  CHECK (captured >= 0 AND captured <= amount AND refunded >= 0 AND refunded <= captured)
) {clustered};

INSERT INTO simulator_charges_now SELECT
  order_id, CAST(SUBSTR(charge_key, 38) AS BIGINT), reference, method, amount, currency, immediate, status, captured,
  refunded, CASE WHEN method = 'sim_3ds' THEN token END, repeats, due_ms, at_ms, disputed, dispute, lost
  FROM simulator_charges;

DROP TABLE simulator_charges;

ALTER TABLE simulator_charges_now RENAME TO simulator_charges;

CREATE UNIQUE INDEX simulator_charges_token ON simulator_charges (token) WHERE token IS NOT NULL;
CREATE INDEX simulator_charges_due ON simulator_charges (due_ms) WHERE due_ms IS NOT NULL;
CREATE INDEX simulator_charges_at ON simulator_charges (at_ms);
