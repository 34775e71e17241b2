"""Keeps thousands of visitors' pages connected in one process, beside the one that serves everything else.

A page costs a socket and a few small objects: no thread, no task, no request is held for it.
"""
