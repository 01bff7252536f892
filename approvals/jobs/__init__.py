"""Work that is due now, kept until it is done. Timers are columns, not jobs; a job runs at least once, so its effects carry keys."""
