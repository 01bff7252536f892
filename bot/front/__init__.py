"""The way in, one file per hop: authority and keys, token, strict parse, endpoint. Nothing is read before its caller is known (B1)."""
