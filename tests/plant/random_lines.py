"""Random lines from a seed: every thing a line can do, in combinations nobody thought of."""

from __future__ import annotations

from random import Random

LAWS = {
    "constant": 0, "exponential": 1, "gamma": 0.6, "lognormal": 0.7, "uniform": 0.4,
    "weibull": 0.6, "hyperexponential": 1.8, "triangular": 0.3, "erlang": 0.5,
}  # fmt: skip


def times(luck: Random, mean: float | None = None) -> dict:
    """Times of work; round means and constant times give ties."""
    law = luck.choice(list(LAWS))
    mean = luck.choice([1, 2, 0.5, 1.5]) if mean is None else mean
    return {"cycle_time": mean, "cycle_spread": LAWS[law], "cycle_distribution": law}


def breakdowns(luck: Random, crew: str = "", *, spoils: bool = True) -> dict:
    """How a station fails."""
    rules = ["resume", "restart", *(["scrap"] if spoils else [])]
    found = {
        "time_to_failure": f"{luck.choice([5, 20, 50])} s",
        "time_to_repair": f"{luck.choice([2, 5, 10])} s",
        "failure_clock": luck.choice(["operating", "calendar"]),
        "on_failure": luck.choice(rules),
    }
    if luck.random() < 0.3:
        found["failure_distribution"] = "constant"
    if luck.random() < 0.3:
        found |= {"repair_distribution": "geometric", "time_to_repair": "8 s"}
    if crew and luck.random() < 0.6:
        found["repair_crew"] = crew
    return found


def serial(seed: int) -> dict:
    """One station after the other: breakdowns of the operating clock, both ways of blocking."""
    luck = Random(seed)
    stations = {}
    for place in range(luck.randint(1, 7)):
        station = times(luck, luck.choice([1, 1, 2, 0.5, 1.37]))
        station["buffer"] = luck.choice([0, 0, 1, 2, 5, 40])
        if luck.random() < 0.5:
            station |= breakdowns(luck) | {"failure_clock": "operating", "on_failure": "resume"}
        if luck.random() < 0.2:
            station["blocking"] = "before service"
        stations[f"s{place}"] = station
    line: dict = {"stations": stations}
    if luck.random() < 0.15:
        line["blocking"] = "before service"
    if luck.random() < 0.5:
        line |= _arrivals(luck)
    return line


def plain(seed: int) -> dict:
    """One machine a station, with everything that breaks, is inspected, and parts ways."""
    luck = Random(seed)
    crew = luck.choice(["", "fitters"])
    line: dict = {"crew": {crew: {"count": 1}}} if crew else {}
    number = luck.randint(1, 6)
    stations = {}
    for place in range(number):
        station = times(luck) | {"buffer": luck.choice([0, 0, 1, 2, 5])}
        if luck.random() < 0.7:
            station |= breakdowns(luck, crew)
        if luck.random() < 0.3:
            station["defect_rate"] = 10
        if luck.random() < 0.3 and place:
            back = luck.choice(["scrap", f"s{luck.randint(0, place)}"])
            station |= {"inspects": True, "false_alarm": 5, "escape": 20, "rejects_to": back}
            station["inspected"] = 60
        stations[f"s{place}"] = station
    line["stations"] = stations
    _ways(luck, stations, ahead=False, line=line)
    line["release"] = luck.choice(["saturated", "arrivals", "conwip"])
    if line["release"] == "arrivals":
        line |= _arrivals(luck)
    return line | ({"wip_limit": luck.choice([1, 3, 8])} if line["release"] == "conwip" else {})


def _arrivals(luck: Random) -> dict:
    found = {
        "release": "arrivals",
        "interarrival_time": luck.choice([1, 2, 4]),
        "when_full": luck.choice(["wait", "lose"]),
    }
    if luck.random() < 0.3:
        found |= {"interarrival_distribution": "constant", "interarrival_spread": 0}
    return found


def assembly(seed: int) -> dict:
    """Feeding stations, an assembly, and one behind it."""
    luck = Random(seed)
    stations = {}
    for key in "abc"[: luck.choice([2, 3])]:
        stations[key] = {**times(luck), "buffer": 2, "next": "join"}
        if luck.random() < 0.4:
            stations[key] |= breakdowns(luck)
    takes = {
        key: {"count": luck.choice([1, 1, 2]), "buffer": luck.choice([2, 4])} for key in stations
    }
    stations["join"] = {**times(luck), "takes": takes}
    if luck.random() < 0.4:
        stations["join"]["transport_time"] = 1
    stations["last"] = {**times(luck), "buffer": luck.choice([0, 2])}
    release = luck.choice(["saturated", "arrivals", "conwip"])
    line = {"stations": stations, "release": release}
    if release == "arrivals":
        line |= {"interarrival_time": 2, "interarrival_spread": 1}
    return line | ({"wip_limit": 3} if release == "conwip" else {})


def general(seed: int) -> dict:
    """Anything else."""
    luck = Random(seed)
    number, ahead = luck.randint(1, 6), luck.random() < 0.25
    line = _people(luck)
    crew, staffed = next(iter(line.get("crew", {})), ""), "operators" in line
    products = luck.random() < 0.4
    stations = {
        f"s{place}": _station(luck, place, crew, staffed, products, ahead)
        for place in range(number)
    }
    line["stations"] = stations
    _ways(luck, stations, ahead, line)
    if products:
        line["products"] = {f"p{k}": _product(luck, number) for k in range(luck.choice([1, 2, 3]))}
    line["release"] = luck.choice(["saturated", "saturated", "arrivals", "conwip"])
    if line["release"] == "arrivals":
        line |= _arrivals(luck)
    if line["release"] == "conwip":
        line["wip_limit"] = luck.choice([1, 3, 8])
    if luck.random() < 0.12:
        line["shifts"] = {
            "early": {"start": 0, "end": "0.06 h"},
            "late": {"start": "0.1 h", "end": "0.2 h"},
        }
        line["begins"] = luck.choice([0, 0.02])
    return line


def _people(luck: Random) -> dict:
    line: dict = {}
    if luck.random() < 0.4:
        line["crew"] = {"fitters": {"count": luck.choice([1, 2])}}
        if luck.random() < 0.3:
            line["crew"]["fitters"] |= {"start": "0.01 h", "end": "0.03 h"}
    if luck.random() < 0.3:
        line["operators"] = {
            "one": {"count": luck.choice([1, 2]), "skills": "x"},
            "all": {"count": 1, "skills": "x, y"},
        }
        if luck.random() < 0.4:
            line["operators"]["all"] |= {"start": "0.02 h", "end": "0.08 h"}
    return line


def _station(
    luck: Random, place: int, crew: str, staffed: bool, products: bool, ahead: bool
) -> dict:
    station = times(luck) | {"buffer": luck.choice([0, 0, 1, 2, 5])}
    if luck.random() < 0.35:
        station["servers"] = luck.choice([2, 3])
    manned = staffed and luck.random() < 0.5
    if manned:
        station["operator"] = luck.choice(["x", "y"])
        if luck.random() < 0.4:
            station |= {"operator_for": "load", "load_time": 0.5}
    if luck.random() < 0.5:
        station |= breakdowns(luck, crew, spoils=not manned)
    if luck.random() < 0.15:
        station["load_time"] = 0.3
    if luck.random() < 0.15 and place:
        station["transport_time"] = luck.choice([0.5, 3])
        if luck.random() < 0.5:
            station["conveyor"] = luck.choice([2, 4])
    if products and luck.random() < 0.4:
        station["setup_time"] = f"{luck.choice([1, 2])} s"
    return station | _more(luck, station, place, ahead)


def _more(luck: Random, station: dict, place: int, ahead: bool) -> dict:
    found: dict = {}
    if luck.random() < 0.12 and not ahead:
        found |= {
            "batch": 2,
            "buffer": max(station["buffer"], 3),
            "batch_least": luck.choice([0, 1]),
        }
    elif luck.random() < 0.3:
        found["dispatch"] = luck.choice(["priority", "due_date", "shortest", "same_product"])
    if luck.random() < 0.12 and not ahead and "conveyor" not in station:
        found["kanban"] = 3
    if luck.random() < 0.3 and not ahead:
        found["defect_rate"] = 10
    if luck.random() < 0.3 and not ahead and place:
        found |= {"inspects": True, "false_alarm": 5, "escape": 20}
        if luck.random() < 0.5:
            found["rejects_to"] = f"s{luck.randint(0, place - 1)}"
    return found


def _ways(luck: Random, stations: dict, ahead: bool, line: dict) -> None:
    last = len(stations) - 1
    line["rework_limit"] = luck.choice([0, 2])
    if ahead:
        line["blocking"] = "before service"
    elif last >= 2 and luck.random() < 0.5:
        here = luck.randint(0, last - 2)
        if luck.random() < 0.5:
            near, far = f"s{here + 1}", f"s{here + 2}"
            stations[f"s{here}"]["split"] = {near: {"share": 0.4}, far: {"share": 0.6}}
        else:
            stations[f"s{here}"]["next"] = f"s{here + 1} | s{here + 2}"


def _product(luck: Random, stations: int) -> dict:
    found: dict = {"priority": luck.randint(0, 2)}
    if luck.random() < 0.5:
        found["due_after"] = f"{luck.choice([10, 30])} s"
    if luck.random() < 0.5:
        route = sorted(luck.sample(range(stations), luck.randint(1, stations)))
        found["route"] = ", ".join(f"s{place}" for place in route)
    if luck.random() < 0.5:
        found["steps"] = {f"s{luck.randrange(stations)}": times(luck)}
    return found
