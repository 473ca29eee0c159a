ALTER TABLE prices ADD COLUMN grams BIGINT;

ALTER TABLE carts ADD COLUMN shown_shipping TEXT;

CREATE TABLE methods (
  id TEXT PRIMARY KEY,
  version BIGINT NOT NULL,
  enabled BOOLEAN NOT NULL,
  currency TEXT NOT NULL,
  method TEXT NOT NULL
);
