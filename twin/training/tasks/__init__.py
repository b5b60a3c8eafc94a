"""What ``twin models train`` can train: one file a task."""
