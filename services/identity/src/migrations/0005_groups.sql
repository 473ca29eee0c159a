CREATE TABLE customer_groups (
  name TEXT PRIMARY KEY,
  label TEXT NOT NULL,
  created_ms BIGINT NOT NULL
);

CREATE TABLE group_members (
  group_name TEXT NOT NULL REFERENCES customer_groups (name),
  user_id {uuid} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  PRIMARY KEY (group_name, user_id)
);

CREATE INDEX group_members_user ON group_members (user_id);

ALTER TABLE users ADD COLUMN groups_version BIGINT NOT NULL DEFAULT 0;
