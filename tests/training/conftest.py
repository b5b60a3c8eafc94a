"""Tests that train with torch are collected only where the extra ``train`` is installed."""

import importlib.util

collect_ignore = [] if importlib.util.find_spec("torch") else ["test_with_torch.py"]
