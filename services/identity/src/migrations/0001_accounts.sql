CREATE TABLE users (
  id {uuid} PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  name TEXT,
  password_hash TEXT NOT NULL,
  disabled BOOLEAN NOT NULL,
  created_ms BIGINT NOT NULL
);

CREATE TABLE user_roles (
  user_id {uuid} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role TEXT NOT NULL,
  PRIMARY KEY (user_id, role)
);

CREATE INDEX user_roles_role ON user_roles (role, user_id);

CREATE TABLE sessions (
  id {uuid} PRIMARY KEY,
  user_id {uuid} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  generation BIGINT NOT NULL,
  rotated_ms BIGINT NOT NULL,
  expires_ms BIGINT NOT NULL,
  revoked_ms BIGINT
);

CREATE INDEX sessions_user ON sessions (user_id);

CREATE INDEX sessions_expiry ON sessions (expires_ms);

CREATE TABLE refresh_tokens (
  hash {bytes} PRIMARY KEY,
  session_id {uuid} NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  generation BIGINT NOT NULL
);

CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);

CREATE TABLE login_attempts (
  account {bytes} PRIMARY KEY,
  since_ms BIGINT NOT NULL,
  attempts BIGINT NOT NULL
);

CREATE INDEX login_attempts_since ON login_attempts (since_ms);

CREATE TABLE signing_keys (
  number BIGINT PRIMARY KEY,
  seed {bytes} NOT NULL,
  created_ms BIGINT NOT NULL
);
