CREATE TABLE openings (
  sku TEXT PRIMARY KEY,
  quantity BIGINT NOT NULL,
  at_ms BIGINT NOT NULL
);
