"""The validated store: immutable parquet parts and one manifest that points to them."""
