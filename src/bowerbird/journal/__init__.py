"""What happened: an append-only, durable log of facts, and the ways in."""
