"""One rule of the optimiser a file."""
