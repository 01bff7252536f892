"""The way out and the wall around botbuilder: adapter, sender, credential."""
