"""Salesbots that ask us something in the middle of their script: taken in, answered by own code."""
