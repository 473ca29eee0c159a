CREATE TABLE mails (
  id {uuid} PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  order_id {uuid},
  user_id {uuid},
  recipient TEXT,
  title TEXT,
  language TEXT,
  params TEXT NOT NULL,
  state TEXT NOT NULL,
  due_ms BIGINT,
  lease {uuid},
  tries BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  resends BIGINT NOT NULL,
  error TEXT,
  created_ms BIGINT NOT NULL,
  queued_ms BIGINT NOT NULL,
  sent_ms BIGINT,
  CONSTRAINT mails_once UNIQUE (kind, subject)
) {clustered};

CREATE INDEX mails_due ON mails (due_ms) WHERE due_ms IS NOT NULL;

CREATE INDEX mails_by_state ON mails (state, id);

CREATE INDEX mails_by_kind ON mails (kind, id);

CREATE INDEX mails_by_recipient ON mails (recipient, id);

CREATE INDEX mails_by_order ON mails (order_id, id);

CREATE TABLE attempts (
  mail_id {uuid} NOT NULL,
  number BIGINT NOT NULL,
  outcome TEXT NOT NULL,
  detail TEXT,
  started_ms BIGINT NOT NULL,
  ended_ms BIGINT,
  PRIMARY KEY (mail_id, number)
);

CREATE TABLE mailbox (
  seq {sequence},
  mail_id {uuid} NOT NULL,
  message_id TEXT NOT NULL UNIQUE,
  sender TEXT NOT NULL,
  recipient TEXT NOT NULL,
  title TEXT NOT NULL,
  text_part TEXT NOT NULL,
  html_part TEXT NOT NULL,
  private BOOLEAN NOT NULL,
  at_ms BIGINT NOT NULL
);

CREATE INDEX mailbox_by_mail ON mailbox (mail_id, seq);

CREATE INDEX mailbox_by_age ON mailbox (at_ms);
