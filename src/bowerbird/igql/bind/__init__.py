"""From what a program says to what it means: names found, kinds and types checked."""
