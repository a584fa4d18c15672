"""The network that finds number plates: its pictures, its training, its export."""
