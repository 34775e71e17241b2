"""Measurements against other programs that do the same work, side by side in one run: ``python -m bench NAME``.

A benchmark is a module of this folder with a docstring (what is measured, and how) and one function
``run(quick: bool) -> Iterable[Row]``. Everything else here is the harness.
"""
