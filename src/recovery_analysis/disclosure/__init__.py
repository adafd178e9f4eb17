"""The gate: nothing reaches a figure, table or sentence without passing it."""
