"""What ``make bench`` measures. Everything is measured in the run that prints it; nothing is quoted from another machine."""
