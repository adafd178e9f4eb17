"""Released results to what a leader sees: figures, tables, sentences, findings."""
