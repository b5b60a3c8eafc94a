"""PMV, PPD and adaptive comfort against pythermalcomfort and the rows of ISO 7730."""

from __future__ import annotations

import numpy as np
import pytest
from pythermalcomfort.environment import running_mean_outdoor_temperature
from pythermalcomfort.models import adaptive_ashrae, adaptive_en, pmv_ppd_iso

from twin.physics import adaptive_comfort as adaptive
from twin.physics.comfort import CLO, MET, applies, pmv, ppd

# air, radiant [°C], speed [m/s], humidity [%], met, clo, PMV: ISO 7730:2005, table D.1
TABLE = (
    (22, 22, 0.1, 60, 1.2, 0.5, -0.75),
    (27, 27, 0.1, 60, 1.2, 0.5, 0.77),
    (27, 27, 0.3, 60, 1.2, 0.5, 0.44),
    (23.5, 25.5, 0.1, 60, 1.2, 0.5, -0.01),
    (23.5, 25.5, 0.3, 60, 1.2, 0.5, -0.55),
    (19, 19, 0.1, 40, 1.2, 1.0, -0.60),
    (23.5, 23.5, 0.3, 40, 1.2, 1.0, 0.12),
    (23, 21, 0.1, 40, 1.2, 1.0, 0.05),
    (23, 21, 0.3, 40, 1.2, 1.0, -0.16),
    (22, 22, 0.1, 60, 1.6, 0.5, 0.05),
    (27, 27, 0.1, 60, 1.6, 0.5, 1.17),
    (27, 27, 0.3, 60, 1.6, 0.5, 0.95),
)


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_rows_of_iso_7730(row):
    air, radiant, speed, humidity, met, clo, vote = row
    ours = pmv(air + 273.15, radiant + 273.15, speed, humidity / 100, met * MET, clo * CLO)
    # The table gives two decimals.
    assert float(ours) == pytest.approx(vote, abs=0.01)


@pytest.fixture(scope="module")
def rooms():
    luck = np.random.default_rng(7)
    n = 4000
    return {
        "tdb": luck.uniform(5, 40, n), "tr": luck.uniform(5, 45, n), "vr": luck.uniform(0, 1.2, n),
        "rh": luck.uniform(0, 100, n), "met": luck.uniform(0.8, 4, n),
        "clo": luck.uniform(0, 2, n), "wme": luck.choice([0.0, 0.3], n),
    }  # fmt: skip


def ours_of(r):
    return (r["tdb"] + 273.15, r["tr"] + 273.15, r["vr"], r["rh"] / 100, r["met"] * MET,
            r["clo"] * CLO)  # fmt: skip


def test_pmv_and_ppd_are_those_of_pythermalcomfort(rooms):
    theirs = pmv_ppd_iso(**rooms, limit_inputs=False, round_output=False)
    ours = pmv(*ours_of(rooms), rooms["wme"] * MET)
    assert np.abs(ours - theirs.pmv).max() < 1e-9
    assert np.abs(ppd(ours) * 100 - theirs.ppd).max() < 1e-9


@pytest.mark.filterwarnings("ignore:.*applicability limits:UserWarning")
def test_limits_are_those_of_the_standard(rooms):
    theirs = pmv_ppd_iso(**rooms, round_output=False)
    votes = pmv(*ours_of(rooms), rooms["wme"] * MET)
    holds = applies(*ours_of(rooms)) & (np.abs(votes) <= 2)
    assert (holds == ~np.isnan(theirs.pmv)).all()
    assert 0 < holds.sum() < holds.size


def test_a_vote_has_the_shape_of_what_is_given():
    votes = pmv(np.full((3, 1), 296.15), np.full(4, 296.15), 0.1, 0.5, 1.2 * MET, 0.7 * CLO)
    assert votes.shape == (3, 4)


@pytest.mark.parametrize("model", ["ashrae", "en"])
def test_adaptive_bands_are_those_of_pythermalcomfort(model):
    luck = np.random.default_rng(3)
    air, radiant = luck.uniform(18, 34, 800), luck.uniform(18, 34, 800)
    speed, outdoors = luck.uniform(0, 1.3, 800), luck.uniform(5, 36, 800)
    given = {"tdb": air, "tr": radiant, "t_running_mean": outdoors, "v": speed}
    if model == "ashrae":
        theirs = adaptive_ashrae(**given, limit_inputs=False, round_output=False)
        felt = adaptive.operative_ashrae(air + 273.15, radiant + 273.15, speed)
        holds = (outdoors >= 10) & (outdoors <= 33.5)
        raised = adaptive.cooled_by_air(felt, speed)
        pairs = (
            (adaptive.ashrae55(outdoors + 273.15, 80, raised), "tmp_cmf_80", "_low", "_up"),
            (adaptive.ashrae55(outdoors + 273.15, 90, raised), "tmp_cmf_90", "_low", "_up"),
        )
        names = [(band, name + low, name + up) for band, name, low, up in pairs]
    else:
        theirs = adaptive_en(**given, limit_inputs=False, round_output=False)
        felt = adaptive.operative_iso(air + 273.15, radiant + 273.15, speed)
        holds = (outdoors >= 10) & (outdoors <= 30)
        raised = adaptive.cooled_by_air(felt, speed)
        names = [
            (adaptive.en16798(outdoors + 273.15, category, raised), f"tmp_cmf_cat_{roman}_low",
             f"tmp_cmf_cat_{roman}_up")
            for category, roman in ((1, "i"), (2, "ii"), (3, "iii"))
        ]  # fmt: skip
    for band, low, high in names:
        assert (np.isnan(band.best) == ~holds).all()
        for ours, name in ((band.best, "tmp_cmf"), (band.low, low), (band.high, high)):
            assert np.abs(ours - 273.15 - getattr(theirs, name))[holds].max() < 1e-9
        inside = (band.low <= felt) & (felt <= band.high)
        assert ((band.outside(felt) == 0) == inside)[holds].all()


def test_the_running_mean_is_that_of_pythermalcomfort():
    days = np.random.default_rng(1).uniform(0, 30, 7)
    theirs = running_mean_outdoor_temperature(days[::-1].tolist(), alpha=0.8, units="SI")
    assert float(adaptive.running_mean(days + 273.15)) - 273.15 == pytest.approx(theirs, abs=0.051)
