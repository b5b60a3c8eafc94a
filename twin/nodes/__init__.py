"""The virtual sensor node: a board, features, a quantised model, and what it would cost."""
