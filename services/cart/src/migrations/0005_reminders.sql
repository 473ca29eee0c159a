ALTER TABLE carts ADD COLUMN remind BOOLEAN NOT NULL DEFAULT FALSE;

CREATE TABLE reminders (
  cart_id {uuid} PRIMARY KEY,
  since_ms BIGINT,
  said_version BIGINT,
  said_ms BIGINT
);

CREATE INDEX reminders_waiting ON reminders (since_ms) WHERE since_ms IS NOT NULL;
