"""What a sensor's window says from moment to moment: its spectrogram."""

from __future__ import annotations

import numpy as np

from twin.physics.spectrum import spectrogram
from twin.ui import signal_figures
from twin.ui.components.card import Chart
from twin.ui.i18n import t
from twin.ui.pages._streams_views import Window
from twin.ui.wording import number

SIZE = 512  # samples in a piece
PIECES = 120  # about as many over a window
RANGE = 70.0  # below the loudest, what is quieter is drawn alike [dB]


def through(window: Window, unit: str, theme: str) -> Chart:
    """Return how loud each frequency is through the window, ``unit`` being that of the samples."""
    size = min(SIZE, len(window.data))
    hop = max((len(window.data) - size) // PIECES, 1)
    time, frequency, density = spectrogram(window.data.astype(float), window.rate, size, hop)
    floor = max(float(density.max()) * 10.0 ** (-RANGE / 10.0), 1e-30)
    level = 10.0 * np.log10(np.maximum(density, floor))
    loud = density.sum(axis=1)
    swing = 10.0 * np.log10(max(float(loud.max()), 1e-30) / max(float(loud.min()), 1e-30))
    figure = signal_figures.spectrogram(
        time, frequency / 1e3, level, theme, axis=t("streams.frequency_axis"),
        time_axis=t("streams.seconds"), bar=f"dB ({unit})²/Hz",
    )  # fmt: skip
    at = int(np.argmax(loud))
    finding = t("streams.swing", value=number(swing, 1), at=number(float(time[at]), 2))
    rows = [[number(float(time[i]), 3), number(float(frequency[int(np.argmax(density[i]))]), 0),
             number(10.0 * np.log10(max(float(loud[i]) * window.rate / size, 1e-30)), 1)]
            for i in range(0, len(time), max(len(time) // 20, 1))]  # fmt: skip
    head = [t("streams.seconds"), t("streams.loudest_frequency"),
            t("streams.level_of", unit=unit)]  # fmt: skip
    caption = t("streams.spectrogram_caption", size=number(size, 0))
    return Chart(finding, figure, caption, head, rows)
