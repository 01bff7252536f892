"""Views in, Adaptive Cards out: what people see in Teams, and the buttons that prove what they saw."""
