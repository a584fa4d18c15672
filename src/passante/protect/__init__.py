"""What may be shown of it: THE LINE."""
