"""The attackers, one kind a file. Code that tells people apart lives here or nowhere."""
