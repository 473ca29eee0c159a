ALTER TABLE users ADD COLUMN phone TEXT;

ALTER TABLE users ADD COLUMN birthday TEXT;

ALTER TABLE users ADD COLUMN language TEXT;

CREATE TABLE addresses (
  id {uuid} PRIMARY KEY,
  user_id {uuid} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  line1 TEXT NOT NULL,
  line2 TEXT,
  city TEXT NOT NULL,
  region TEXT,
  postal_code TEXT NOT NULL,
  country TEXT NOT NULL,
  phone TEXT,
  default_shipping BOOLEAN NOT NULL,
  default_billing BOOLEAN NOT NULL,
  version BIGINT NOT NULL
);

CREATE INDEX addresses_user ON addresses (user_id, id);
