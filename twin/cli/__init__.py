"""The command ``twin``: one file a verb."""
