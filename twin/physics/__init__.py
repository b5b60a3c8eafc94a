"""Pure physics: numbers or arrays in and out; no clock, no memory, no hidden chance."""
