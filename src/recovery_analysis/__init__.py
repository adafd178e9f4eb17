"""Evidence for recovery curricula in England's schools."""
