"""The steps from a teacher to an INT8 file, and what each of them cost: the ablation."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.nodes import inspection, pictures
from twin.nodes.inspection import Report, judge
from twin.nodes.library import open_bytes
from twin.rng import stream
from twin.training import backbone, chains, convolution, probe, qdq, threshold
from twin.training.chains import Chain
from twin.training.clock import Clock
from twin.training.equalise import equalise
from twin.training.fitting import Course, Task, fit
from twin.training.huffman import coded_bytes
from twin.training.plans import Plan
from twin.training.quantise import HIGHEST, LOWEST, Scale, scale_of
from twin.training.rounding import Rounded, fit_rounded

Say = Callable[[str], None]
ENOUGH = 0.97  # accuracy of a dense layer alone, from which on filters stay as they are [1]
ENDS = 128  # pictures that the range of the outputs is measured on
AGREED = 0.995  # of training pictures called as in floats; below it the rounding is trained
CALIBRATION = 128  # pictures that the ranges of the activations are measured on


@dataclass(frozen=True, slots=True)
class Recipe:
    """Networks and courses of one training.

    ``trunk``: whether the network begins with the filters of :mod:`twin.training.backbone`; then
    the float network is the teacher of the INT8 one, and there is no other student. ``pruned``
    share of channels; ``bits`` of the weights, of which first and last layer keep 8.
    """

    teacher: Plan
    student: Plan
    taught: Course
    distilled: Course
    refined: Course
    rounded: Course
    trunk: bool
    pruned: float
    bits: int


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the ablation: what a step left of size and accuracy."""

    step: str
    parameters: int
    bytes: int
    macs: int
    accuracy: float
    macro_f1: float
    false_alarms: float
    missed_alarms: float


@dataclass(frozen=True, slots=True)
class Held:
    """What every step is judged on: planes as the model takes them, and their classes."""

    pixels: npt.NDArray[np.uint8]
    truth: npt.NDArray[np.intp]
    classes: tuple[str, ...]


class Bench:
    """The steps of one training, each judged on the pictures held back.

    ``kept``: pictures that only the threshold between sound and flawed is set on; without them it
    stays where the largest output is.
    """

    def __init__(
        self, task: Task, held: Held, recipe: Recipe, clock: Clock, kept: Held | None = None
    ) -> None:
        self.task, self.held, self.recipe, self.clock = task, held, recipe, clock
        self.kept, self.shift = kept, 0.0
        self.rows: list[Step] = []
        self.seconds: dict[str, float] = {}
        self._last = time.process_time()

    def run(self) -> tuple[convolution.WholeNetwork, bytes, Report]:
        """Take all steps; return the INT8 network, its file and how good it is."""
        if self.recipe.trunk:
            teacher = self.known()
            return self.whole(self.pruned(teacher, teacher), teacher)
        teacher = self.teacher()
        return self.whole(self.pruned(self.student(teacher), teacher), teacher)

    def note(self, step: str, network: convolution.Network, size: int, found: Any) -> Report:
        """Add a row of the ablation."""
        report = judge(self.held.classes, self.held.truth, found)
        macs = sum(layer.macs for layer in convolution.table(network))
        self._row(step, convolution.parameters(network), size, macs, report)
        now = time.process_time()
        self.seconds[step], self._last = now - self._last, now
        self.clock.say(f"{step}: {size / 1e3:.1f} kB, accuracy {report.accuracy:.4f} held back")
        return report

    def _row(self, step: str, number: int, size: int, macs: int, report: Report) -> None:
        alarms = report.false_alarms, report.missed_alarms
        self.rows.append(Step(step, number, size, macs, report.accuracy, report.macro_f1, *alarms))

    def judged(self, step: str, chain: Chain) -> None:
        """Add the row of a float network."""
        network = chains.fold(chain)
        found = chains.predict(chain, self.held.pixels)
        self.note(step, network, convolution.float_bytes(network), found)

    def known(self) -> Chain:
        """Begin with the filters of the trunk; train them only if a dense layer does not do."""
        chain = chains.build(self.recipe.teacher, self.task.seed)
        backbone.begin(chain)
        alone = probe.alone(self.task, chain)
        probe.begin(self.task, chain)
        self.judged("filters of photographs, dense layer learned", chain)
        if alone < ENOUGH:
            self.clock.say(f"the dense layer alone reaches {alone:.3f} in training: filters too")
            self._fit(self.recipe.taught, chain, None)
            self.judged("filters learned on", chain)
        return chain

    def teacher(self) -> Chain:
        """Train the teacher."""
        chain = chains.build(self.recipe.teacher, self.task.seed, dropout=0.2)
        self._fit(self.recipe.taught, chain, None)
        self.judged("teacher", chain)
        self.task = replace(self.task, answers=chains.answers(chain, self.task.pixels))
        return chain

    def student(self, teacher: Chain) -> Chain:
        """Distil the student."""
        chain = chains.build(self.recipe.student, self.task.seed)
        self._fit(self.recipe.distilled, chain, teacher)
        self.judged("distilled student", chain)
        return chain

    def pruned(self, chain: Chain, teacher: Chain) -> Chain:
        """Take channels out, where the recipe says so, and train what is left."""
        if self.recipe.pruned <= 0.0:
            return chain
        thin = chains.prune(chain, self.recipe.pruned)
        if self.recipe.trunk:
            probe.begin(self.task, thin)
        self._fit(self.recipe.refined, thin, teacher)
        self.judged(f"pruned by {self.recipe.pruned:.0%}", thin)
        return thin

    def _fit(self, course: Course, chain: Chain, teacher: Chain | None) -> None:
        fit(self.task, course, self.clock, chain, teacher, known=self.recipe.trunk)

    def whole(self, chain: Chain, teacher: Chain) -> tuple[convolution.WholeNetwork, bytes, Report]:
        """Quantise after training, then train through the rounding, then set the threshold."""
        network = chains.fold(chain)
        some = stream(self.task.seed, "training.calibration").permutation(len(self.task.labels))
        planes = pictures.with_levelled(self.task.pixels[some[:CALIBRATION]])
        shown = planes.astype(np.float32) / np.float32(255.0)
        network = equalise(network, shown)
        scales = convolution.ranges(network, shown)
        bits = [8, *[self.recipe.bits] * (len(network.layers) - 2), 8]
        whole, content, report = self.quantised("INT8 after training", network, scales, bits)
        if self.agreed(content, chain) < AGREED:
            network, scales = self.rounded(network, scales, bits, teacher, shown)
            whole, content, report = self.quantised("INT8 in training", network, scales, bits)
        if self.kept is not None:
            network, scales = self.decided(network, scales, content, self.kept)
            whole, content, report = self.quantised("threshold set", network, scales, bits)
        coded = coded_bytes(layer.weights for layer in whole.layers)
        rest = convolution.parameters(network) - sum(w.weights.size for w in whole.layers)
        last = self.rows[-1]
        size = coded + convolution.PER_CHANNEL_BYTES * rest
        self._row("weights in a Huffman code", last.parameters, size, last.macs, report)
        return whole, content, report

    def decided(
        self, network: convolution.Network, scales: Sequence[Scale], content: bytes, kept: Held
    ) -> tuple[convolution.Network, tuple[Scale, ...]]:
        """Move the outputs for sound parts to where the pictures ``kept`` say."""
        sound = threshold.sound_ones(kept.classes)
        found = inspection.outputs(open_bytes(content), kept.pixels)
        self.shift = threshold.shift(threshold.margins(found, sound), sound[kept.truth])
        last = network.layers[-1]
        moved = last.biases + np.where(sound, np.float32(self.shift), np.float32(0.0))
        layers = (*network.layers[:-1], replace(last, biases=moved))
        end = scales[-1]
        low, high = (float((value - end.zero) * end.step) for value in (LOWEST, HIGHEST))
        wider = scale_of(low + min(self.shift, 0.0), high + max(self.shift, 0.0))
        return replace(network, layers=layers), (*scales[:-1], wider)

    def agreed(self, content: bytes, chain: Chain) -> float:
        """Share of the training pictures that the INT8 file calls what the float network does."""
        planes = pictures.with_levelled(self.task.pixels)
        floats = chains.predict(chain, planes).argmax(axis=1)
        whole = inspection.probabilities(open_bytes(content), planes).argmax(axis=1)
        share = float(np.mean(floats == whole))
        self.clock.say(f"INT8 and floats call {share:.2%} of the training pictures the same")
        return share

    def rounded(
        self,
        network: convolution.Network,
        scales: Sequence[Scale],
        bits: Sequence[int],
        teacher: Chain,
        shown: convolution.Floats,
    ) -> tuple[convolution.Network, tuple[Scale, ...]]:
        """Train through the rounding; return what comes of it, and its scales."""
        rounded = Rounded(network, scales, bits)
        if self.recipe.trunk:
            rounded.begin(self.task)
        trained = fit_rounded(self.task, self.recipe.rounded, self.clock, rounded, teacher)
        ends = convolution.logits(trained, shown[:ENDS])
        return trained, (*scales[:-1], scale_of(float(ends.min()), float(ends.max())))

    def quantised(
        self,
        step: str,
        network: convolution.Network,
        scales: Sequence[Scale],
        bits: Sequence[int],
    ) -> tuple[convolution.WholeNetwork, bytes, Report]:
        """Quantise and add the row of the INT8 network, as onnxruntime runs its file."""
        whole = convolution.quantise(network, scales, bits)
        content = qdq.pictures_to_onnx(whole)
        found = inspection.probabilities(open_bytes(content), self.held.pixels)
        return whole, content, self.note(step, network, len(content), found)
