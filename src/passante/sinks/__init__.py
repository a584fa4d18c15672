"""Where protected media goes."""
