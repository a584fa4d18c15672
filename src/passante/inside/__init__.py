"""PERSONAL. What is in here never leaves the process that captured it."""
