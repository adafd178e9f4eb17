"""Exhibits to self-contained, accessible HTML."""
