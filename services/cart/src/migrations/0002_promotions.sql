ALTER TABLE carts ADD COLUMN coupon TEXT;
ALTER TABLE carts ADD COLUMN coupon_refused TEXT;
ALTER TABLE carts ADD COLUMN counted_refused BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE carts ADD COLUMN points TEXT;
ALTER TABLE carts ADD COLUMN points_refused BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE carts ADD COLUMN shown_off BIGINT NOT NULL DEFAULT 0;
ALTER TABLE carts ADD COLUMN discounts TEXT;

ALTER TABLE checkouts ADD COLUMN buyer TEXT;
ALTER TABLE checkouts ADD COLUMN cancelled BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE checkouts ADD COLUMN discounts TEXT;

CREATE INDEX checkouts_by_buyer ON checkouts (buyer) WHERE buyer IS NOT NULL AND NOT cancelled;

ALTER TABLE prices ADD COLUMN brand_id {uuid};
ALTER TABLE prices ADD COLUMN category_ids TEXT NOT NULL DEFAULT '[]';

CREATE TABLE promotions (
  id {uuid} PRIMARY KEY,
  version BIGINT NOT NULL,
  enabled BOOLEAN NOT NULL,
  automatic BOOLEAN NOT NULL,
  counted BOOLEAN NOT NULL,
  promotion TEXT NOT NULL
);

CREATE INDEX promotions_automatic ON promotions (id) WHERE automatic AND enabled;
