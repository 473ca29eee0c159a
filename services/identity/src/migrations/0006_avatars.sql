ALTER TABLE users ADD COLUMN avatar TEXT;

CREATE TABLE avatar_files (
  id TEXT PRIMARY KEY,
  user_id {uuid} REFERENCES users (id) ON DELETE SET NULL,
  due_ms BIGINT,
  dropped BOOLEAN NOT NULL DEFAULT FALSE
);

CREATE INDEX avatar_files_user ON avatar_files (user_id);

CREATE INDEX avatar_files_due ON avatar_files (due_ms) WHERE due_ms IS NOT NULL;
