CREATE TABLE source_states (
  source TEXT PRIMARY KEY,
  reported_ms BIGINT,
  poll_due_ms BIGINT,
  polled_ms BIGINT,
  etag TEXT,
  error TEXT,
  error_ms BIGINT,
  received BIGINT NOT NULL DEFAULT 0,
  applied BIGINT NOT NULL DEFAULT 0,
  stale BIGINT NOT NULL DEFAULT 0,
  refused BIGINT NOT NULL DEFAULT 0,
  compare_due_ms BIGINT,
  compare_after TEXT NOT NULL DEFAULT '',
  compared_ms BIGINT
);

CREATE TABLE source_deliveries (
  id TEXT PRIMARY KEY,
  at_ms BIGINT NOT NULL
);

CREATE INDEX source_deliveries_by_time ON source_deliveries (at_ms);

CREATE TABLE source_skus (
  id TEXT PRIMARY KEY,
  source TEXT NOT NULL,
  sku TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  on_hand BIGINT NOT NULL,
  kept BOOLEAN NOT NULL,
  at_ms BIGINT NOT NULL
);

CREATE INDEX source_skus_by_source ON source_skus (source, sku);

CREATE TABLE mismatches (
  id {uuid} PRIMARY KEY,
  source TEXT NOT NULL,
  sku TEXT NOT NULL,
  location TEXT NOT NULL,
  theirs BIGINT NOT NULL,
  ours BIGINT NOT NULL,
  state TEXT NOT NULL,
  actor TEXT,
  found_ms BIGINT NOT NULL,
  closed_ms BIGINT
);

CREATE UNIQUE INDEX mismatches_open ON mismatches (source, sku) WHERE state = 'open';

CREATE INDEX mismatches_by_state ON mismatches (state, id);
