"""The tests, a package of their own: an installed library must not answer to this name."""
