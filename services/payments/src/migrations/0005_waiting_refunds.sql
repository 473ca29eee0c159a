-- A refund may wait for the buyer's bank, and one that failed may be followed by another of the same return. Refunds are
-- made anew, because SQLite changes no CHECK.
CREATE TABLE refunds_now (
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
  credited BIGINT NOT NULL DEFAULT 0,
  return_id {uuid},
  CHECK (amount > 0),
  CHECK (status IN ('prepared', 'calling', 'waiting', 'done', 'failed'))
);

INSERT INTO refunds_now SELECT
  refund_id, order_id, attempt, amount, currency, origin, reason, status, due_ms, lease, sent, tries, code, trace,
  created_ms, credited, return_id
  FROM refunds;

DROP TABLE refunds;

ALTER TABLE refunds_now RENAME TO refunds;

CREATE INDEX refunds_order ON refunds (order_id, refund_id);
CREATE INDEX refunds_due ON refunds (due_ms) WHERE due_ms IS NOT NULL;
CREATE UNIQUE INDEX refunds_surplus ON refunds (order_id, attempt) WHERE origin = 'surplus' AND status <> 'failed';
CREATE UNIQUE INDEX refunds_return ON refunds (return_id) WHERE return_id IS NOT NULL AND status <> 'failed';
