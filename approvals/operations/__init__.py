"""The verbs of the desk: submit, decide, withdraw, execute, hand back, revoke, and what time does by itself."""
