"""From what a person wrote to a command or a draft, by rule: pure, no model, no clock, no I/O. What is not certain is asked."""
