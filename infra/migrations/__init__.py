"""The database's shape through time: a file made by an older release opens under a newer one."""
