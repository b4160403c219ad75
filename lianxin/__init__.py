"""What every floor may import: the error tree, the settings and the version."""
