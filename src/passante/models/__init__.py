"""Networks as data: cards, verified weights, sessions."""
