"""What travels between the rooms: facts, ids, candidates, signals, pages, clock, errors."""
