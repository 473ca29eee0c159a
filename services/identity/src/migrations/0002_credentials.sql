ALTER TABLE users ADD COLUMN email_verified_ms BIGINT;

ALTER TABLE login_attempts ADD COLUMN strikes BIGINT NOT NULL DEFAULT 0;

CREATE TABLE mail_requests (
  id {uuid} PRIMARY KEY,
  user_id {uuid} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  purpose TEXT NOT NULL,
  email TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  ends_ms BIGINT NOT NULL
);

CREATE INDEX mail_requests_user ON mail_requests (user_id, purpose, created_ms);

CREATE INDEX mail_requests_ends ON mail_requests (ends_ms);

CREATE TABLE forgotten_passwords (
  email TEXT PRIMARY KEY,
  asked_ms BIGINT NOT NULL
);

CREATE INDEX forgotten_passwords_asked ON forgotten_passwords (asked_ms);
