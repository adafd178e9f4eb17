"""Statistics: arrays in, small frozen dataclasses out; nothing here knows what a school is."""
