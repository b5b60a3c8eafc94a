"""Every performance figure that the README quotes: ``make bench``."""
