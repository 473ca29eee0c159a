-- Orders of guests join the account that has their address; a credit note keeps its lines; later attempts to pay are asked about.
ALTER TABLE orders ADD COLUMN guest BOOLEAN NOT NULL DEFAULT FALSE;

UPDATE orders SET guest = TRUE WHERE customer_id IS NULL;

CREATE TABLE verified_addresses (
  email_key TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  user_id {uuid} NOT NULL,
  heard_ms BIGINT NOT NULL,
  PRIMARY KEY (email_key, at_ms, user_id)
);

CREATE INDEX verified_addresses_of_user ON verified_addresses (user_id, at_ms);

CREATE TABLE later_attempts (
  order_id {uuid} PRIMARY KEY,
  attempt BIGINT NOT NULL,
  asked BOOLEAN NOT NULL
);

CREATE INDEX later_attempts_to_ask ON later_attempts (order_id) WHERE asked = FALSE;

ALTER TABLE papers ADD COLUMN body TEXT;

ALTER TABLE order_returns ADD COLUMN credit_note TEXT;
