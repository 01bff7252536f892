"""The plain helpdesk: a list of tickets, one ticket with its whole timeline, and the sign-in before them."""
