CREATE TABLE shop (
  id TEXT PRIMARY KEY,
  version BIGINT NOT NULL,
  name TEXT NOT NULL,
  address TEXT,
  email TEXT,
  tax_number TEXT,
  languages TEXT NOT NULL,
  legal_version BIGINT NOT NULL
);

CREATE TABLE legal_texts (
  version BIGINT PRIMARY KEY,
  digest TEXT NOT NULL,
  texts TEXT NOT NULL,
  at_ms BIGINT NOT NULL
);
