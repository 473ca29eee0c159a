CREATE TABLE simulator_labels (
  shipment_id {uuid} PRIMARY KEY,
  tracking_number TEXT NOT NULL UNIQUE,
  stage TEXT NOT NULL,
  due_ms BIGINT,
  at_ms BIGINT NOT NULL
);

CREATE INDEX simulator_labels_due ON simulator_labels (due_ms) WHERE due_ms IS NOT NULL;
