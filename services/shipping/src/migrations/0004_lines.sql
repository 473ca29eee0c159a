-- What is to leave of an order is in its own row: nothing looks for it by SKU.
ALTER TABLE fulfilments ADD COLUMN lines TEXT;

UPDATE fulfilments SET lines = (
  SELECT '[' || STRING_AGG(
    '["' || REPLACE(REPLACE(l.sku, '\', '\\'), '"', '\"') || '",' || l.pieces || ',' || l.claimed || ']', ','
    ORDER BY l.position) || ']'
  FROM fulfilment_lines l WHERE l.order_id = fulfilments.order_id
);

DROP TABLE fulfilment_lines;
