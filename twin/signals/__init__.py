"""Sensors: the state of a plant → samples, a block at a time; the file name is the ``kind``."""
