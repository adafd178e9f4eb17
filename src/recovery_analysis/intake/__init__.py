"""Raw bytes to validated tables: recognise, read, check; nothing here derives a number."""
