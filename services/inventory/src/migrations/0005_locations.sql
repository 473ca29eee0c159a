CREATE TABLE locations (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  priority BIGINT NOT NULL,
  enabled BOOLEAN NOT NULL,
  country TEXT,
  retell_after TEXT,
  version BIGINT NOT NULL,
  at_ms BIGINT NOT NULL
);

INSERT INTO locations (id, name, priority, enabled, version, at_ms) VALUES ('main', 'Main', 0, TRUE, 1, 0);

ALTER TABLE turnstile ADD COLUMN locations TEXT NOT NULL DEFAULT '[["main",true]]';

ALTER TABLE reservations ADD COLUMN taken TEXT;

ALTER TABLE stock ADD COLUMN incoming BIGINT NOT NULL DEFAULT 0;
