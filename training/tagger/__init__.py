"""The small tagger of sounds: what it is taught on, and the teaching."""
