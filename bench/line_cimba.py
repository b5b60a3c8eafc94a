"""The line of :mod:`bench.line_peers` in Cimba; its models must stand at the top of a module."""

import cimba as cb
from cimba import inputs


class Station(cb.Model):
    work: cb.Input[float] = inputs.dist.exponential(mean=1.0)
    inbox: cb.Store[int]
    after: "cb.Ref[Station] | None" = None
    done: int = 0
    first: int = 0
    most: int = 0

    def __init__(self, buffer, first, most, after):
        self.first, self.most, self.after = first, most, after
        self.inbox = cb.Store(capacity=buffer)

    @cb.process
    def run(self):
        while True:
            if self.first == 0:
                self.inbox.get()
            cb.hold(self.work.next())
            if self.most == 0:
                self.after.inbox.put(1)
            else:
                self.done += 1
                if self.done == self.most:
                    cb.end_trial()


class Line(cb.Model):
    stations: list[Station]
    seconds: cb.Output[float]

    def __init__(self, parts, stations, buffer):
        chain = []
        for index in reversed(range(stations)):
            most = parts if index == stations - 1 else 0
            chain.insert(0, Station(buffer, int(index == 0), most, chain[0] if chain else None))
        self.stations = chain

    @cb.on_end
    def measure(self):
        self.seconds = cb.now()


def run(parts, stations, buffer):
    """Pass ``parts`` through; return the throughput."""
    model = Line(parts, stations, buffer)
    window = cb.Window.until_idle()
    results = cb.Experiment(model, replications=1, window=window, seed=1).run()
    return parts / float(results[model].seconds.values[0, 0])
