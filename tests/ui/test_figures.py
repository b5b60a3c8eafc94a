"""Figures are pure: data in, figure out, the same look in both themes."""

from __future__ import annotations

import re

import numpy as np
import pytest

from twin.ui import figures, signal_figures
from twin.ui.figures import Trace, Whisker
from twin.ui.server import assets
from twin.ui.theme import DARK, LIGHT, PALETTES, Palette

THEMES = ("light", "dark")


@pytest.mark.parametrize("theme", THEMES)
def test_forest_keeps_a_far_row_from_squashing_the_rest(theme: str) -> None:
    rows = [Whisker("a", 2, 1, 3, True, False, "", "better"),
            Whisker("b", -3, -4, -2, True, True, "", "worse"),
            Whisker("far", 700, 650, 750, True, True, "", "worse")]  # fmt: skip
    figure = figures.forest(rows, theme, axis="%", zero="0")
    assert figure.layout.xaxis.range[1] < 20
    assert any("+700 %" in note.text for note in figure.layout.annotations)


@pytest.mark.parametrize("theme", THEMES)
def test_simulated_is_dashed_and_candidate_has_the_accent(theme: str) -> None:
    time, value = np.arange(5.0) * 3600, np.arange(5.0)
    figure = figures.traces(
        [Trace("base", time, value), Trace("new", time, value, True)],
        theme, axis="wear [mm]", time_axis="t [{unit}]", limit=(0.3, "limit"),
    )  # fmt: skip
    base, new = figure.data
    assert base.line.dash == new.line.dash == "4px,2px"
    assert (base.line.color, new.line.color) == (
        PALETTES[theme].baseline, PALETTES[theme].accent,  # type: ignore[index]
    )  # fmt: skip
    assert figure.layout.xaxis.title.text == "t [h]"


def test_thinning_keeps_the_peak() -> None:
    value = np.zeros(50_000)
    value[31_415] = 9.0
    time, kept = figures.thin(np.arange(50_000.0), value, 500)
    assert len(kept) <= 500
    assert kept.max() == 9.0
    assert time[int(kept.argmax())] == 31_415


def test_coarse_time_line_keeps_short_breakdowns() -> None:
    cycles = [(60.0 * i, 60.0 * i + 50, "working") for i in range(480)]
    cycles += [(60.0 * i + 50, 60.0 * i + 60, "starved") for i in range(480)]
    spans = sorted([*cycles, (7000.0, 7005.0, "down")])
    drawn = figures.coarse(spans, 28_800.0)
    assert len(drawn) == 3
    assert [state for _a, _b, state in drawn] == ["working", "down", "working"]
    assert sum(b - a for a, b, _s in drawn) == pytest.approx(28_800)


@pytest.mark.parametrize("theme", THEMES)
def test_signals_draw(theme: str) -> None:
    rng = np.random.default_rng(1)
    samples = rng.standard_normal(16_384).astype(np.float32)
    wave = signal_figures.waveform(samples, 12_800, theme, axis="a", time_axis="t")
    assert len(wave.data[0].x) <= 3000
    order = np.linspace(0, 80, 2000)
    lines = {"outer": 3.58, "inner": 5.41}
    figure = signal_figures.spectrum(order, np.abs(np.sin(order)), theme, axis="a",
                                     order_axis="o", lines=lines, to=20)  # fmt: skip
    assert [trace.name for trace in figure.data[1:]] == ["outer", "inner"]
    assert signal_figures.picture(np.zeros((8, 8), np.float32), theme).data[0].type == "heatmap"


def _tokens(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6});", css))


def test_stylesheet_and_charts_share_their_colours() -> None:
    css = (assets() / "base.css").read_text("utf-8")
    light, dark = css.split('html[data-mantine-color-scheme="dark"]')[:2]
    for found, palette in ((_tokens(light), LIGHT), (_tokens(dark), DARK)):
        assert _same(found, palette) == []


def _same(found: dict[str, str], palette: Palette) -> list[str]:
    names = ("ground", "surface", "sunken", "line", "text", "quiet", "baseline", "accent", "wash",
             "amber", "red")  # fmt: skip
    return [name for name in names if found[name] != getattr(palette, name)]


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_text_can_be_read(palette: Palette) -> None:
    for text in (palette.text, palette.quiet, palette.accent, palette.amber, palette.red):
        for ground in (palette.ground, palette.surface):
            assert _contrast(text, ground) >= 4.5
