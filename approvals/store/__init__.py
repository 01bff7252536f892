"""Where everything durable lives: the tables, and the engine that commits."""
