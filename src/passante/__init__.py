"""Passante: street video and sound in; no face, number plate or word out."""

__version__ = "0.1.0"

__all__ = ["__version__"]
