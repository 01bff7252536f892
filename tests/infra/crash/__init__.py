"""SIGKILL at every commit and effect of the loop: the points are found by running it, not by listing them.

A bot in a process of its own (``victim``) tells each point as it passes and dies at one of them (``points``, ``doomed``); somebody starts
it again (``bot``); people do what people do when nothing comes back (``people``); then everything is looked at from outside (``outside``).
One point by hand: ``python -m tests.infra.crash 'after apply grant/1001 #1'``.
"""
