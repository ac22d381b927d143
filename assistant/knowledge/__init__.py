"""Documents: rows, ingestion, and the live index that every process derives from them."""
