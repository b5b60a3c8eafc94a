"""What nodes sense besides a spindle: one file for each kind of input that models are made for."""
