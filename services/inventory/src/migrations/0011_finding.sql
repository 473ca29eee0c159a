-- Staff look for SKUs by how they begin, in large or small letters, and for what runs low.
CREATE INDEX stock_by_letters ON stock (LOWER(sku {bytewise}), sku);

CREATE INDEX stock_low ON stock (sku) WHERE is_low;
