CREATE INDEX products_brand_newest ON products (brand_id, status, id);
DROP INDEX products_brand;
