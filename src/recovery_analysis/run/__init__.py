"""Chapters executed for a community, and many communities in one run."""
