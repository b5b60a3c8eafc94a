"""Pure physics: numbers or arrays in, numbers or arrays out. No clock, no memory, no hidden chance."""
