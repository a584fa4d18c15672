"""Passante: street video and sound in, the same out with faces, plates and words hidden."""

__version__ = "0.1.0"

__all__ = ["__version__"]
