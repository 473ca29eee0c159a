DROP INDEX mails_by_recipient;

CREATE INDEX mails_by_recipient ON mails (recipient, id) WHERE recipient IS NOT NULL;

DROP INDEX mailbox_by_age;
