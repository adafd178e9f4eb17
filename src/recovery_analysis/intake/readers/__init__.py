"""One file a publisher's format; each renames and reshapes to canonical tables."""
