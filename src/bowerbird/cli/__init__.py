"""The command line: one verb a file; `main.main` is the program."""
