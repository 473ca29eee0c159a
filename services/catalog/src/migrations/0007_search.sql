ALTER TABLE products ADD COLUMN rating_sum BIGINT NOT NULL DEFAULT 0;
ALTER TABLE products ADD COLUMN rating_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE products ADD COLUMN rating_order BIGINT NOT NULL DEFAULT 0;
ALTER TABLE products ADD COLUMN sold BIGINT NOT NULL DEFAULT 0;

CREATE TABLE search_changes (
  product_id {uuid} PRIMARY KEY,
  number BIGINT NOT NULL
) {clustered};

CREATE INDEX search_changes_number ON search_changes (number, product_id);

CREATE TABLE sales (
  sku TEXT PRIMARY KEY,
  sold BIGINT NOT NULL,
  told BIGINT NOT NULL
) {clustered};

CREATE INDEX sales_untold ON sales (sku) WHERE sold <> told;
