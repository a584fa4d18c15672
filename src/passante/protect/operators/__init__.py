"""One operator a file: how a region or a stretch of sound is hidden."""
