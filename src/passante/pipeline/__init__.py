"""Running sources, analysis, protection and sinks."""
