"""A digital twin platform for factories and buildings: simulate first, then execute."""

__version__ = "0.1.0"
