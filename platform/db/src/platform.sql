CREATE TABLE events (
  seq {sequence},
  id {uuid} NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  trace TEXT,
  data TEXT NOT NULL
);

CREATE TABLE unsent (
  seq BIGINT PRIMARY KEY
);

CREATE TABLE inbox (
  event_id {uuid} PRIMARY KEY,
  source TEXT NOT NULL,
  at_ms BIGINT NOT NULL
) {clustered};

CREATE TABLE cursors (
  source TEXT PRIMARY KEY,
  seq BIGINT NOT NULL
) {clustered};

CREATE TABLE dead_letters (
  event_id {uuid} PRIMARY KEY,
  source TEXT NOT NULL,
  seq BIGINT NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  sent_ms BIGINT NOT NULL,
  trace TEXT,
  data TEXT NOT NULL,
  error TEXT NOT NULL,
  at_ms BIGINT NOT NULL
);

CREATE TABLE timers (
  subject {uuid} PRIMARY KEY,
  kind TEXT NOT NULL,
  due_ms BIGINT NOT NULL
) {clustered};

CREATE INDEX timers_due ON timers (due_ms);

CREATE TABLE idempotency (
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  request {bytes} NOT NULL,
  status BIGINT NOT NULL,
  body TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  forever BOOLEAN NOT NULL,
  PRIMARY KEY (scope, key)
) {clustered};
