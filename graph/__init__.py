"""The ledger and the graph: what is known, since when, from whom; who is connected to whom."""
