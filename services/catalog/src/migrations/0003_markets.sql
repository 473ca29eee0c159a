CREATE TABLE markets (
  id TEXT PRIMARY KEY,
  version BIGINT NOT NULL,
  enabled BOOLEAN NOT NULL,
  name TEXT NOT NULL,
  countries TEXT NOT NULL,
  currency TEXT NOT NULL,
  prices_include_tax BOOLEAN NOT NULL
);
