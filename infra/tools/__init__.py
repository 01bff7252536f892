"""What `make` runs: setting up, checking, locking. Nothing here is part of the running product."""
