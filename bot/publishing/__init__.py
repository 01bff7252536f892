"""Checkpoints of the evidence, brought to where the bot's own administrators cannot change them."""
