"""Words both sides of the line share: no media, no I/O."""
