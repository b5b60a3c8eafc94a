"""Forecasts of wear: from readings to minutes left, risk, and the cheapest time to change."""

from twin.forecast.backtesting import Backtest, backtest
from twin.forecast.fitting import WearLaw, fit
from twin.forecast.reading import read_wear
from twin.forecast.replacement import Costs
from twin.forecast.table import ToolRecord, WearTable
from twin.forecast.tools import Schedule, ToolForecast, forecast

__all__ = [
    "Backtest",
    "Costs",
    "Schedule",
    "ToolForecast",
    "ToolRecord",
    "WearLaw",
    "WearTable",
    "backtest",
    "fit",
    "forecast",
    "read_wear",
]
