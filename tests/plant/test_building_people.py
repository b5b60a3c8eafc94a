"""People in a building: who is where, what follows, and that nobody moves another's luck."""

from __future__ import annotations

import math

import numpy as np
import pytest

from twin.errors import BadInput
from twin.kpi import Reading, compute
from twin.physics.presence import transitions
from twin.plant._building_people import Crowd
from twin.rng import stream
from twin.scenario import parse
from twin.simulate import build, simulate

ZONES = {"desks": {"floor_area": 100, "height": 3}, "meeting": {"floor_area": 40, "height": 3}}
CLERKS = {"zone": "desks", "people": 4, "visits": "meeting", "visit_rate": 1, "breaks": 0.5}
PROFILE = {"hours": [0, 7, 9, 12, 13, 17, 19], "values": [0, 0.3, 0.8, 0.4, 0.8, 0.2, 0]}


def office(horizon="48 h", seed=1, zones=None, plant=None, **changes):
    table = {"kind": "building", "outdoor_mean": 5, "spin_up": "2 d", "zones": zones or ZONES,
             **changes}  # fmt: skip
    return parse(
        {"horizon": horizon, "seed": seed, "replications": 1,
         "plant": {"office": table, **(plant or {})}}, "office.toml",
    )  # fmt: skip


def ran(**changes):
    asked = office(**changes)
    facts = simulate(asked)
    return Reading(facts), compute(asked, facts)


def crowd(seed=1, **occupants):
    settings = office(occupants=occupants, schedules={"there": PROFILE}).entries["office"].settings
    return Crowd(settings, lambda use: stream(seed, f"office.{use}"))


# -- who is where ---------------------------------------------------------------------------------


def test_a_chain_about_a_profile_keeps_the_profile():
    """Page et al. 2008: the mean presence is the profile; 200 people over five working days."""
    found = crowd(all={"zone": "desks", "people": 200, "presence": "markov", "profile": "there"})
    quarters = found.means(0, 5 * 288)[:, 0].reshape(-1, 3).mean(axis=1)
    hour = (np.arange(5 * 96) * 0.25 + 0.125) % 24
    place = np.searchsorted(PROFILE["hours"], hour, side="right") - 1
    wanted = 200 * np.asarray(PROFILE["values"])[place]
    error = np.sqrt(np.maximum(wanted * (1 - wanted / 200), 1e-9))
    apart = (quarters - wanted) / error
    assert (quarters[wanted == 0] == 0).all()
    assert np.abs(apart[wanted > 0]).max() < 4.5
    assert np.abs(apart[wanted > 0]).mean() < 1.0


def test_the_mobility_is_what_page_defines():
    come, stay = transitions(0.6, 0.55, 0.4)
    changes, stays = float(come) + 1 - float(stay), float(stay) + 1 - float(come)
    assert changes / stays == pytest.approx(0.4, rel=1e-12)
    assert 0.6 * stay + 0.4 * come == pytest.approx(0.55, rel=1e-12)


def test_arrivals_wait_half_their_window_on_the_average():
    """At a constant rate that would wait half the window; by its end all have come."""
    found = crowd(all={"zone": "desks", "people": 2000, "arrival_earliest": 8,
                       "arrival_latest": 10, "departure_earliest": 16, "departure_latest": 16,
                       "lunch_length": 0})  # fmt: skip
    there = found.means(0, 288)[:, 0]
    assert there[: 8 * 12].max() == 0
    assert (there[10 * 12 + 1 : 16 * 12] == 2000).all()
    assert there[16 * 12 :].max() == 0
    mean = 16 - there.sum() / 12 / 2000 - 8
    assert mean == pytest.approx(1 - math.exp(-2), abs=4 * 0.6 / math.sqrt(2000))


def test_absences_are_exponential_of_their_mean_share():
    """Alternating renewal: away for b of every 1/r + b, in the steady state."""
    found = crowd(all={"zone": "desks", "people": 400, "arrival_earliest": 0, "arrival_latest": 0,
                       "departure_earliest": 24, "departure_latest": 24, "lunch_length": 0,
                       "breaks": 2, "break_length": 10})  # fmt: skip
    there = found.means(6 * 12, 16 * 12)[:, 0].mean() / 400
    assert there == pytest.approx(30 / 40, abs=0.01)


def test_who_visits_is_in_one_place_at_a_time():
    found = crowd(clerks={**CLERKS, "breaks": 0, "lunch_length": 0, "people": 30})
    both = found.means(0, 288)
    assert both[:, 1].max() > 1
    hours = both.sum() / 12
    alone = crowd(clerks={**CLERKS, "visits": "", "breaks": 0, "lunch_length": 0, "people": 30})
    arrivals = [both.sum(axis=1), alone.means(0, 288).sum(axis=1)]
    # On the first day arrivals and departures are drawn first: the same with and without visits.
    assert arrivals[0] == pytest.approx(arrivals[1], abs=1e-9)
    assert hours > 30 * 3


def test_another_person_leaves_the_others_as_they_are():
    four, five = crowd(clerks=CLERKS), crowd(clerks={**CLERKS, "people": 5})
    more = five.means(0, 10 * 288) - four.means(0, 10 * 288)
    assert more.min() >= -1e-9
    assert more.sum(axis=1).max() <= 1 + 1e-9
    assert more.sum() > 0
    guests = crowd(clerks=CLERKS, guests={"zone": "meeting"})
    assert (guests.means(0, 288)[:, 0] == four.means(0, 288)[:, 0]).all()
    other = crowd(seed=2, clerks=CLERKS)
    assert (other.means(0, 288) != four.means(0, 288)).any()


def test_blocks_of_any_length_show_the_same_people():
    whole, parts = crowd(clerks=CLERKS), crowd(clerks=CLERKS)
    cut = np.concatenate([parts.means(first, 96) for first in range(0, 864, 96)])
    assert (cut == whole.means(0, 864)).all()
    assert (parts.means(-12, 24)[:12] == 0).all()


# -- what follows ---------------------------------------------------------------------------------


def test_people_of_a_schedule_are_counted_to_the_hour():
    profile = {"hours": [0, 8, 12, 13, 17], "values": [0, 1, 0.5, 1, 0]}
    occupants = {"team": {"zone": "desks", "people": 2, "group": 3, "presence": "schedule",
                          "profile": "there"}}  # fmt: skip
    _reading, values = ran(occupants=occupants, schedules={"there": profile})
    # 6 people for eight hours and 3 for one, two days.
    assert values["office.zones.desks.person_hours"] == pytest.approx(2 * (6 * 8 + 3), rel=1e-9)
    assert values["office.zones.meeting.person_hours"] == 0
    assert values["office.occupancy_peak"] == 6


def test_their_heat_breath_and_water_reach_the_balances():
    profile = {"hours": [0], "values": [1]}
    steady = {"outdoor_mean": 10, "outdoor_swing": 0, "schedules": {"there": profile},
              "spin_up": "60 d"}  # fmt: skip
    zone = {"floor_area": 100, "height": 3, "ventilation": 360, "envelope": 100, "glazing": 50,
            "heating_power": 0, "cooling_power": 0, "base_gain": 0, "fabric_capacity": 5,
            "people_radiant": 0}  # fmt: skip
    one = {"zone": "desks", "people": 5, "presence": "schedule", "profile": "there"}
    _r, values = ran(zones={"desks": zone}, occupants={"team": one}, **steady)
    _r, planned = ran(zones={"desks": {**zone, "people": 5}}, **steady)
    for kpi in ("mean_temperature", "co2_highest", "humidity_highest"):
        path = f"office.zones.desks.{kpi}"
        assert values[path] == pytest.approx(planned[path], rel=1e-9)
    assert values["office.zones.desks.co2_highest"] == pytest.approx(
        420 + 5 * 4.8e-6 / 0.1 * 1e6, rel=1e-6
    )
    assert values["office.zones.desks.mean_temperature"] > 10.5


def test_a_zone_in_use_by_presence_is_set_back_while_nobody_is_there():
    zones = {
        "desks": {**ZONES["desks"], "setback": 5, "use_by": "presence", "use_hold": 20},
        "meeting": {**ZONES["meeting"], "setback": 5, "use_start": 0, "use_end": 24},
    }
    occupants = {"clerks": {**CLERKS, "visits": "", "lunch_length": 90}}
    asked = office(zones=zones, occupants=occupants)
    facts = simulate(asked)
    thing = build(asked).world.assets["office"]
    low, _high = thing.inputs.band(0, 576)
    there = thing.inputs.crowd.means(0, 576)[:, 0] > 0
    recent = np.array([there[max(0, k - 4) : k + 1].any() for k in range(576)])
    assert low[:, 0] == pytest.approx(np.where(recent, 292.15, 287.15))
    assert (low[:, 1] == 292.15).all()
    values = compute(asked, facts)
    assert values["office.zones.desks.hours_in_use"] == pytest.approx(recent.sum() / 12, rel=1e-9)
    assert 8 < values["office.zones.desks.hours_in_use"] < 24


def test_lamps_take_what_they_are_rated_where_no_daylight_comes():
    zones = {"desks": {**ZONES["desks"], "lighting_power": 8, "use_start": 8, "use_end": 18,
                       "dimming": "continuous", "heating_power": 0,
                       "cooling_power": 0}}  # fmt: skip
    _r, values = ran(zones=zones)
    assert values["office.lighting_energy"] == pytest.approx(0.8 * 20, rel=1e-9)
    assert values["office.zones.desks.daylight_autonomy"] == 0
    dark = {"desks": {**zones["desks"], "lighting_power": 0}}
    _r, without = ran(zones=dark)
    path = "office.zones.desks.mean_temperature"
    assert values[path] > without[path] + 0.05


def test_dimmed_lamps_give_what_daylight_lacks():
    zone = {"floor_area": 50, "height": 3, "lighting_power": 10, "illuminance": 400,
            "solar_aperture": 1.2, "use_start": 0, "use_end": 24}  # fmt: skip
    common = {"city": "denver", "start_day": 80}
    _r, full = ran(zones={"desks": zone}, **common)
    asked = office(zones={"desks": {**zone, "dimming": "continuous"}}, **common)
    facts = simulate(asked)
    power = Reading(facts).series("office.zones.desks", "lighting_electric")
    thing = build(asked).world.assets["office"]
    light = thing.inputs.block(0, 576).known[:, thing.made.known + 2]
    lux = light * 110 * 0.45 * 0.9 / 50
    wanted = 500 * np.clip(1 - lux / 400, 0.3, 1)
    assert compute(asked, facts)["office.lighting_energy"] == pytest.approx(
        wanted.sum() / 12 / 1000, rel=1e-9
    )
    assert power[0].min() == pytest.approx(150)
    assert full["office.lighting_energy"] == pytest.approx(0.5 * 48, rel=1e-9)
    values = compute(asked, facts)
    assert values["office.zones.desks.daylight_autonomy"] == pytest.approx(
        100 * (lux >= 400).mean(), abs=1e-9
    )


def test_days_ahead_and_step_by_step_give_the_same_people_and_heat():
    occupants = {"clerks": CLERKS}
    zones = {"desks": {**ZONES["desks"], "setback": 4, "use_by": "presence"},
             "meeting": ZONES["meeting"]}  # fmt: skip
    alone = ran(zones=zones, occupants=occupants)[1]
    zones["meeting"] = {**ZONES["meeting"], "machines": "mill"}
    beside = ran(zones=zones, occupants=occupants, plant={"mill": {"kind": "cnc"}})[1]
    for kpi in ("zones.desks.person_hours", "zones.desks.co2_highest",
                "zones.desks.hours_in_use"):  # fmt: skip
        assert alone[f"office.{kpi}"] == pytest.approx(beside[f"office.{kpi}"], rel=1e-12)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"occupants": {"a": {"zone": "desk"}}}, "no such zone, did you mean 'desks'"),
        ({"occupants": {"a": {"zone": "desks", "visits": "kitchen"}}}, "visits = 'kitchen'"),
        ({"occupants": {"a": {"zone": "desks", "presence": "markov"}}}, "needs a schedule"),
        ({"occupants": {"a": {"zone": "desks", "arrival_latest": 15}}},
         "departure_earliest = 13 h: is before arrival_latest, 15 h"),
        ({"zones": {"desks": {"use_by": "presence"}}}, "nobody comes here"),
        ({"zones": {"desks": {"use_by": "presence"}}, "occupants": {"a": {"zone": "desks"}},
          "control": "optimal_start", "pre_start": 2}, "needs control = 'schedule'"),
    ],
)  # fmt: skip
def test_people_that_do_not_fit_are_told(changes, says):
    with pytest.raises(BadInput) as caught:
        build(office(**changes))
    assert says in str(caught.value)
