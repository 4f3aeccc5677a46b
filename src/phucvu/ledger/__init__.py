"""The ledger: what the portal shows, what is counted here, what was declared, and why they differ."""
