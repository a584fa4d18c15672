"""What is in it: finders, tracking, speech."""
