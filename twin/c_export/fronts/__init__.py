"""What stands before a network, as C: one file for each kind of features that a card names."""
