"""IGQL: a small typed language that says what a page is made of.

`program.compile_program` reads a program once, `run.run` runs it for a request, `check.check` says
what is wrong with a text, `warm.warm` compiles the kernels before the first request.
"""
