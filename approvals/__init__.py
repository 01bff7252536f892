"""The product: rules, records, mediation, connectors, tickets and evidence. Imports neither bot nor cards."""
