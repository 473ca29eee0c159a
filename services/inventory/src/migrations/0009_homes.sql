-- When parcels left and returns were received, so that goods that come back go to where they were sent from; what is known
-- of before left and came back long ago. And mismatches that are closed are forgotten one day.
ALTER TABLE departures ADD COLUMN left_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE returns ADD COLUMN received_ms BIGINT NOT NULL DEFAULT 0;

CREATE INDEX departures_by_order ON departures (order_id);
CREATE INDEX returns_by_order ON returns (order_id);
CREATE INDEX movements_of_goods ON movements (order_id) WHERE kind IN ('ship', 'return');
CREATE INDEX mismatches_closed ON mismatches (closed_ms) WHERE closed_ms IS NOT NULL;
