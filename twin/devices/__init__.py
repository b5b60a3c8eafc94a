"""Real and simulated devices, and the one way a change reaches them."""
