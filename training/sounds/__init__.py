"""The head that tells sounds of the street apart: its sounds, its fitting, its thresholds."""
