"""Loaders: a row of a source becomes records and links, or is refused by name."""
