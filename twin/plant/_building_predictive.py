"""Predictive control of a building: estimate, forecast, plan; every ``plan_step`` anew.

The controller has a copy of the building's own model. It carries the copy on with the weather and
the heat that were, and corrects it by the measured temperatures (Kalman filter, with an unknown
heat in each zone that drifts). It runs the copy through the forecast with its last plan as a first
guess, so that films, sky and doors are as they will be, and lets a quadratic programme move the
heat from there. Between plans each zone gets the heat of the plan, or as much more or less as keeps
it in its band.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from twin.physics import climate, forecast_error, zone_tables
from twin.physics.demand import MONTHS, window_means
from twin.physics.linearised import linearised
from twin.physics.network import Array, Steps, steps
from twin.physics.reduction import balanced, estimator
from twin.physics.zone_steps import OUT, SKY_T
from twin.physics.zone_tables import Block, State, Tables, Trace
from twin.plant import _building_tariff
from twin.plant._building_control import House, chunks, joined
from twin.plant._building_inputs import DAY, Inputs
from twin.plant._building_plan import Outlook, Plan, Planner, blocks
from twin.plant._building_power import rated, sized, unit_power, used

ACCURACY = 1e-3
"""The plan's model errs by at most this share of the greatest steady response."""
DRIFT, UPSET = 2.0, 10.0
"""How far unknown heat wanders in an hour, and what comes and goes beside it [W/m²]."""
HOLDS = 0.1
"""A plan that comes so near to a set-point means to hold it [K]."""
HOUR, QUARTER = 3600.0, 900.0
CHUNK_DAYS = 4


class Predictive:
    """Plans and carries out; ``own`` is the copy, ``luck`` gives random streams by their use."""

    def __init__(
        self, house: House, own: House, inputs: Inputs, luck: Callable[[str], np.random.Generator],
        unsolved: Callable[[], None],
    ) -> None:  # fmt: skip
        settings = inputs.settings
        self.house, self.inputs, self.settings = house, inputs, settings
        self.step = settings.step
        self.period = round(settings.plan_step / self.step)
        self.lengths = blocks(settings.plan_step, settings.plan_horizon, self.step)
        self.reach = sum(self.lengths)
        self.edges = np.cumsum((0, *self.lengths[:-1]))
        self.unsolved = unsolved
        self.sensor, self.weather_luck = luck("sensor"), luck("forecast")
        rooms = house.made.rooms
        self.plan = np.zeros((self.reach, rooms))
        self.order = np.zeros(rooms)
        self.unknown = np.zeros(rooms)
        assert isinstance(own.tables, Tables)
        assert isinstance(own.state, State)
        self.tables: Tables = own.tables
        self.believed: State = own.state.copy()
        self.month, self.peak = -1, 0.0
        self.used: list[Array] = []
        self._ahead: tuple[int, Block] | None = None
        self._learn_model()

    def _learn_model(self) -> None:
        """Small model and estimator about the day that the building stands in."""
        made, settings = self.house.made, self.settings
        day = self.inputs.block(0, round(DAY / self.step))
        trace = zone_tables.run(made, self.tables, self.believed.copy(), day, self.house.most)
        circuit = linearised(made, day, trace)
        air = slice(made.known, made.known + made.rooms)
        nodes = made.seen[: made.rooms]

        def of(length: float) -> Steps:
            return steps(circuit, made.known, made.flows, length)

        short, long = of(self.step), of(settings.plan_step)
        small = balanced(
            short.decay, short.gain[:, air], short.read[nodes], short.direct[nodes][:, air],
            ACCURACY,
        )  # fmt: skip
        most = np.where(sized(settings), np.minimum(self.house.most, rated(settings)),
                        self.house.most)  # fmt: skip
        self.planner = Planner(
            small, most, self.lengths, self.step, priced=settings.demand_price > 0
        )  # fmt: skip
        areas = np.array([zone.floor_area for zone in settings.zones.values()])
        share = math.sqrt(settings.plan_step / HOUR)
        noise = max(settings.sensor_noise, 0.01)
        modes, self.to_unknown = estimator(
            long.decay, long.gain[:, air], long.read[nodes], DRIFT * areas * share, UPSET * areas,
            noise,
        )  # fmt: skip
        self.to_modes = made.steps.enter @ (long.read @ modes)

    def run(self, first: int, block: Block) -> Trace:
        """March through a block, planning where a plan is due."""
        traces = []
        for start, end in chunks(first, len(block.known), self.period):
            if (first + start) % self.period == 0:
                self._decide(first + start)
            part = block.part(start, end)
            order = np.broadcast_to(self.order, part.low.shape)
            trace = self.house.run(replace(part, order=np.ascontiguousarray(order)))
            self._follow(first + start, trace.heat)
            traces.append(trace)
        return joined(traces)

    def _follow(self, first: int, heat: Array) -> None:
        """Carry the copy on with the heat that was given, and note the electricity."""
        part = self._known(first, len(heat))
        self._free_run(self.believed, part, heat)
        fans = self.inputs.fans(first, len(heat)).sum(axis=1)
        climate_now = self.inputs.climate(first, part.weather[:, OUT])
        self.used.append(used(self.settings, heat, climate_now, fans).electricity)

    def _decide(self, now: int) -> None:
        """Correct the copy, look ahead, plan."""
        self._count_peak(now)
        measured = self.house.state.air + self.settings.sensor_noise * self.sensor.standard_normal(
            self.house.made.rooms
        )
        if now > 0:
            surprise = measured - self.believed.air
            self.believed.modes += self.to_modes @ surprise
            self.unknown += self.to_unknown @ surprise
        ahead = self._forecast(now)
        late = np.repeat(self.plan[-1:], self.period, axis=0)
        guess = self._means(np.vstack([self.plan[self.period :], late]))
        outlook = self._outlook(now, ahead, guess)
        made: Plan = self.planner.plan(outlook)
        if not made.solved:
            self.unsolved()
        self.plan = np.repeat(made.heat, self.lengths, axis=0)
        self.order = _beyond_the_band(made, outlook)

    def _means(self, rows: Array) -> Array:
        """Means over the blocks of a plan, (steps, …) in."""
        sums = np.add.reduceat(rows, self.edges, axis=0)
        return np.asarray((sums.T / self.lengths).T)

    def _outlook(self, now: int, ahead: Block, guess: Array) -> Outlook:
        settings = self.settings
        heat = np.repeat(guess, self.lengths, axis=0)
        trace = self._free_run(self.believed.copy(), ahead, heat)
        air = trace.seen[:, : self.house.made.rooms]
        ends = self.edges + self.lengths - 1
        inside = np.minimum(settings.comfort_margin, 0.5 * (ahead.high - ahead.low))
        low, high = self._bands(ahead.low + inside, ahead.high - inside, ends)
        units = unit_power(settings, self.inputs.climate(now, ahead.weather[:, OUT]))
        heating, cooling, fuel = (self._means(unit) for unit in units)
        times = (now + np.arange(self.reach, dtype=np.float64)) * self.step
        price = self._means(_building_tariff.price(settings, times))
        return Outlook(
            guess, np.stack([self._means(air), air[ends]]), low, high, heating, cooling, price,
            settings.demand_price, self.peak, fuel * settings.gas_price,
        )  # fmt: skip

    def _bands(self, low: Array, high: Array, ends: Array) -> tuple[Array, Array]:
        """Bands for the means of blocks, and for their ends where the band is narrower there.

        Within a band the plant holds the set-point itself: the mean is what a plan has to keep.
        """
        bottom = np.minimum.reduceat(low, self.edges, axis=0)
        top = np.maximum.reduceat(high, self.edges, axis=0)
        narrower = np.where(low[ends] > bottom, low[ends], -np.inf)
        lower = np.where(high[ends] < top, high[ends], np.inf)
        return np.stack([bottom, narrower]), np.stack([top, lower])

    def _known(self, first: int, count: int) -> Block:
        """What is known of some steps: weather and use; the unknown heat is that believed now."""
        if self._ahead is None or not (
            self._ahead[0] <= first and first + count <= self._ahead[0] + len(self._ahead[1].known)
        ):
            day = round(DAY / self.step)
            self._ahead = first, self.inputs.block(first, count + CHUNK_DAYS * day)
        start, block = self._ahead
        part = block.part(first - start, first - start + count)
        known = part.known.copy()
        made = self.house.made
        known[:, made.known : made.known + made.rooms] += self.unknown
        return replace(part, known=known)

    def _forecast(self, now: int) -> Block:
        """The steps ahead as the forecast has them."""
        count = self.reach
        part = self._known(now, count)
        if self.settings.forecast_error == "none":
            return part
        level = forecast_error.LEVELS[self.settings.forecast_error]
        lead = (0.5 + np.arange(count)) * self.step / HOUR
        hours = np.arange(math.ceil(count * self.step / HOUR) + 1, dtype=np.float64)
        error = forecast_error.temperature_error(
            level, self.weather_luck.standard_normal(len(hours))
        )
        off = np.interp(lead, hours, error)
        known, weather = part.known, part.weather.copy()
        known[:, 0] -= off
        weather[:, [OUT, SKY_T]] -= off[:, None]
        known[:, self._sunlit()] *= np.interp(lead, hours, self._sun(now, hours, level))[:, None]
        return replace(part, known=known, weather=weather)

    def _sunlit(self) -> slice:
        made = self.house.made
        return slice(made.known + 2 * made.rooms, made.known + made.exogenous)

    def _sun(self, now: int, hours: Array, level: forecast_error.Level) -> Array:
        """Forecast over what comes, of the global radiation in each hour ahead [1]."""
        draws = self.weather_luck.laplace(size=(forecast_error.TRIES, len(hours)))
        weather = self.inputs.weather
        if weather is None:
            return np.ones(len(hours))
        times = now * self.step + hours * HOUR + (self.settings.start_day - 1) * DAY
        comes = climate.through_hours(weather.global_horizontal, times)
        said = forecast_error.sun_forecast(level, comes, draws)
        return np.divide(said, comes, out=np.ones_like(comes), where=comes > 0.0)

    def _free_run(self, state: State, block: Block, heat: Array) -> Trace:
        """Carry a copy on with given heat, whatever its temperature."""
        made = self.house.made
        far = np.full((len(heat), made.rooms), np.inf)
        most = np.full((made.rooms, 2), np.inf)
        given = replace(block, low=-far, high=far, order=np.ascontiguousarray(heat), plant=None)
        return zone_tables.run(made, self.tables, state, given, most)

    def _count_peak(self, now: int) -> None:
        """Greatest quarter of an hour of the month so far."""
        if not self.used:
            return
        power = np.concatenate(self.used)
        self.used = []
        times = (now - len(power) + np.arange(len(power), dtype=np.float64)) * self.step
        _starts, means = window_means(times, power, now * self.step, QUARTER)
        month = _month(now * self.step + (self.settings.start_day - 1) * DAY)
        if month != self.month:
            self.month, self.peak = month, 0.0
        self.peak = max(self.peak, float(means.max()))


def _beyond_the_band(made: Plan, outlook: Outlook) -> Array:
    """The plan's next heat of each zone [W]; none where it does no more than hold a set-point.

    The plant holds a set-point by itself, and to the watt, where a block's heat is a mean.
    """
    heat, air = made.heat[0], made.air[0, 0]
    at_low = (air <= outlook.low[0, 0] + HOLDS) & (heat > 0)
    at_high = (air >= outlook.high[0, 0] - HOLDS) & (heat < 0)
    rises, falls = np.isfinite(outlook.low[1, 0]), np.isfinite(outlook.high[1, 0])
    return np.where((at_low & ~rises) | (at_high & ~falls), 0.0, heat)


def _month(time: float) -> int:
    """Which month a time of the year is in, counted on through the years [s]."""
    year, into = divmod(time, MONTHS[-1])
    return int(12 * year + np.searchsorted(MONTHS, into, side="right"))
