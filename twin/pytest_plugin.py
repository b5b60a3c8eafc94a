"""pytest collects scenario files: ``pytest scenarios/`` runs each ``*.toml`` as a test."""
