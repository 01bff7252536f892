"""How Countersign is run: the command line, the simulator, the sample organisation, the tools."""
