"""Wear and failure forecasts, the best time to change, and how good past forecasts were."""
