"""What a network is for, and how one is judged by that rather than by its numbers."""
