"""What is true now: the fold of the journal into columns that a page reads without waiting."""
