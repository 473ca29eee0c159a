CREATE TABLE addresses (
  address TEXT PRIMARY KEY,
  unsubscribed_ms BIGINT,
  mail_id {uuid},
  mailed_ms BIGINT
);

CREATE INDEX addresses_by_age ON addresses (mailed_ms) WHERE unsubscribed_ms IS NULL;
