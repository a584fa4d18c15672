"""What our own networks are trained with; no part of the installed package."""
