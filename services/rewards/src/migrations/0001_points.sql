CREATE TABLE accounts (
  user_id {uuid} PRIMARY KEY,
  spendable BIGINT NOT NULL,
  held BIGINT NOT NULL,
  pending BIGINT NOT NULL,
  debt BIGINT NOT NULL,
  CONSTRAINT points_are_not_negative CHECK (spendable >= 0 AND held >= 0 AND pending >= 0 AND debt >= 0),
  CONSTRAINT debt_is_paid_first CHECK (spendable = 0 OR debt = 0)
);

CREATE TABLE entries (
  seq {sequence},
  user_id {uuid} NOT NULL,
  kind TEXT NOT NULL,
  order_id {uuid},
  step BIGINT NOT NULL,
  spendable BIGINT NOT NULL,
  held BIGINT NOT NULL,
  pending BIGINT NOT NULL,
  debt BIGINT NOT NULL,
  reason TEXT,
  actor TEXT,
  at_ms BIGINT NOT NULL
);

CREATE INDEX entries_by_user ON entries (user_id, seq);
CREATE UNIQUE INDEX entries_are_made_once ON entries (order_id, kind, step);

CREATE TABLE orders (
  order_id {uuid} PRIMARY KEY,
  user_id {uuid},
  state TEXT NOT NULL,
  wanted BIGINT NOT NULL,
  short BIGINT NOT NULL,
  confirmed BOOLEAN NOT NULL,
  total BIGINT NOT NULL,
  refunded BIGINT NOT NULL,
  gained BIGINT NOT NULL,
  reversed BIGINT NOT NULL,
  completed BOOLEAN NOT NULL,
  earned_ms BIGINT,
  at_ms BIGINT NOT NULL,
  CONSTRAINT no_more_is_reversed_than_gained CHECK (reversed >= 0 AND reversed <= gained)
);

CREATE INDEX orders_by_user ON orders (user_id);

CREATE TABLE lots (
  id {uuid} PRIMARY KEY,
  user_id {uuid} NOT NULL,
  points BIGINT NOT NULL,
  expires_ms BIGINT NOT NULL,
  CONSTRAINT lots_are_not_negative CHECK (points >= 0)
);

CREATE INDEX lots_by_user ON lots (user_id, expires_ms);
CREATE INDEX lots_by_expiry ON lots (expires_ms);

CREATE TABLE earnings (
  user_id {uuid} NOT NULL,
  day BIGINT NOT NULL,
  points BIGINT NOT NULL,
  PRIMARY KEY (user_id, day)
);

CREATE INDEX earnings_by_day ON earnings (day);

CREATE TABLE grants (
  id {uuid} PRIMARY KEY,
  user_id {uuid} NOT NULL,
  tier TEXT NOT NULL,
  year BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  CONSTRAINT a_tier_rewards_once_a_year UNIQUE (user_id, tier, year)
);

CREATE TABLE turnstile (
  name TEXT PRIMARY KEY
);

INSERT INTO turnstile (name) VALUES ('points');
