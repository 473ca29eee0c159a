CREATE TABLE returns (
  id {uuid} PRIMARY KEY,
  order_id {uuid} NOT NULL,
  at_ms BIGINT NOT NULL
);
