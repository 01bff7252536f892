"""A witness for somebody else's machine: it cosigns what only ever grows, and refuses forks and roll-backs (c2sp.org/tlog-witness)."""
