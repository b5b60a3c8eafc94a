"""Things that live in simulated time; the file name is the ``kind`` in a scenario."""
