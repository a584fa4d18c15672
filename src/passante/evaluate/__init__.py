"""Attacks on our own output, and what it is still good for. The product never imports this."""
