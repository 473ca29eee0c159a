-- The ledger is read by SKU, so its rows lie in that order, and one row may hold what a step did for many orders of a batch.
-- Its numbers come from the turn of stock, which also names who had it last. A hold is due by its reservation, without a timer.
ALTER TABLE turnstile ADD COLUMN turn {uuid};
ALTER TABLE turnstile ADD COLUMN turn_before {uuid};
ALTER TABLE turnstile ADD COLUMN seq BIGINT NOT NULL DEFAULT 0;

UPDATE turnstile SET seq = (SELECT COALESCE(MAX(m.seq), 0) FROM movements m);

CREATE TABLE ledger (
  sku TEXT NOT NULL,
  seq BIGINT NOT NULL,
  location TEXT NOT NULL,
  kind TEXT NOT NULL,
  on_hand_delta BIGINT NOT NULL,
  held_delta BIGINT NOT NULL,
  allocated_delta BIGINT NOT NULL,
  order_id {uuid},
  orders TEXT,
  entries BIGINT NOT NULL,
  reason TEXT,
  reference TEXT,
  actor TEXT,
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (sku, seq)
) {clustered};

INSERT INTO ledger (sku, seq, location, kind, on_hand_delta, held_delta, allocated_delta, order_id, entries, reason,
  reference, actor, at_ms)
SELECT sku, seq, location, kind, on_hand_delta, held_delta, allocated_delta, order_id, 1, reason, reference, actor, at_ms
FROM movements ORDER BY sku, seq;

DROP TABLE movements;

ALTER TABLE ledger RENAME TO movements;

CREATE INDEX movements_of_goods ON movements (order_id) WHERE kind IN ('ship', 'return');

CREATE INDEX reservations_held ON reservations (at_ms) WHERE state = 'held';

DELETE FROM timers WHERE kind = 'hold_expires';
