"""The change desk: draft, approve, push, roll back, look up. The app and the command call it.

Each call checks who may do it, keeps the step in the ledger before it acts, and returns the
change as it then stands.
"""

from __future__ import annotations

import json
import queue
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twin import store
from twin.devices import change as life
from twin.devices import drafting, ground, words
from twin.devices import evidence as proof
from twin.devices.acl import PLATFORM
from twin.devices.base import Reading, Value
from twin.devices.broker import POINTS, USERS
from twin.devices.change import Approval, Change, Evidence, State
from twin.devices.embedded import folder_of, running_url
from twin.devices.ledger import Ledger
from twin.devices.link import Link, Unreachable
from twin.devices.live import Live
from twin.devices.people import People
from twin.devices.plant import Plant, read_file
from twin.devices.signing import digest
from twin.devices.topics import CHANGES, GATEWAY, Topics
from twin.errors import BadInput, Fault

COMMAND_LIFE_S = 300.0
ANSWER_S = 15.0
TAKE_S = 3.0  # for the broker to take a message
SETTLE_S = 2.0
PRESENT_S = 3.0


class Desk:
    """The changes of one home folder (``$TWIN_HOME``)."""

    def __init__(self, *, url: str = "") -> None:
        self.home: Path = store.home()
        self.folder = folder_of(self.home)
        self.people = People(self.home)
        self.ledger = Ledger(store.database("changes"))
        self._url = url

    @property
    def plant(self) -> Plant:
        """The devices and points that are known here."""
        file = self.folder / POINTS
        if not file.exists():
            message = "no devices are known here: start twin app or twin devices serve SCENARIO"
            raise BadInput(Fault(message, file=str(file)))
        return read_file(file)

    @property
    def url(self) -> str:
        """The broker's URL; empty when nothing runs."""
        return self._url or running_url(self.home)

    def live(self) -> Live:
        """A listener to what the devices report; the caller starts and stops it."""
        return Live(self.plant, self._running(), self._password())

    def _running(self) -> str:
        if not self.url:
            raise Unreachable("no broker runs: start twin app or twin devices serve SCENARIO")
        return self.url

    def _password(self) -> str:
        users = json.loads((self.folder / USERS).read_text(encoding="utf-8"))
        return str(users[PLATFORM])

    def held(self, wait_s: float = 2.0) -> dict[str, Reading]:
        """What the devices hold now; empty for those that do not report."""
        try:
            live = self.live()
            live.start()
        except Unreachable:
            return {}
        try:
            live.wait_for({spec.name for spec in self.plant.devices}, wait_s)
            return live.readings()
        finally:
            live.stop()

    def draft(
        self,
        settings: Mapping[str, Value],
        *,
        author: str = "operator",
        device: str | None = None,
        evidence: Mapping[str, Any] | None = None,
        base: Mapping[str, Value] | None = None,
        note: str = "",
    ) -> Change:
        """Draft a change of set-points of one device.

        Parameters
        ----------
        settings : mapping
            Path → value; a number is in the unit of the point, ``"200 m/min"`` is converted.
        author : str
            Who drafts it.
        device : str, optional
            Which device; found from the paths if not given.
        evidence : mapping, optional
            The document of ``twin compare --json``.
        base : mapping, optional
            The values that the what-if started from, by path. If not given, what the evidence
            says, else what the device reports, else what the points document says.
        note : str
            Why, in the author's words.

        Raises
        ------
        BadInput
            One fault for each path that is unknown, each value that is out of bounds or in
            another unit, each base that the device does not hold any more, and each other
            set-point of the device that the evidence took to be something else.
        """
        self.people.require(author, "draft")
        plant = self.plant
        spec = drafting.device(plant, settings, device)
        started = base or drafting.bases(spec, evidence)
        held = self.held()
        items = drafting.items(spec, settings, started, held)
        now = time.time()
        risk = max(plant.points[item.path].risk for item in items)
        change = Change(_fresh_id(), spec.name, items, author, now, risk, note=note, updated=now)
        shown = None
        if evidence is not None:
            shown = ground.lay(proof.read(evidence, items), evidence, plant, items, held)
        change = self.ledger.add(change, author, "draft")
        if shown is None:
            return change
        return self._attach(change.id, shown, evidence, author)

    def attach(self, key: str, evidence: Mapping[str, Any], person: str = "operator") -> Change:
        """Attach the document of ``twin compare --json``: DRAFT → SIMULATED."""
        self.people.require(person, "draft")
        items = self.ledger.get(key).items
        shown = proof.read(evidence, items)
        shown = ground.lay(shown, evidence, self.plant, items, self.held())
        return self._attach(key, shown, evidence, person)

    def _attach(self, key: str, shown: Evidence, document: Any, who: str) -> Change:
        self.ledger.keep_evidence(shown.sha256, document)
        return self.ledger.update(key, lambda c: life.attach(c, shown, time.time()), who)

    def approve(self, key: str, person: str, *, without_evidence: str = "") -> Change:
        """Approve exactly these values with exactly this evidence, signed, for 24 h.

        ``without_evidence`` is the reason for approving a change that was not simulated.
        """
        self.people.require(person, "approve")
        if without_evidence and self.ledger.get(key).state is State.DRAFT:
            shown = proof.waived(without_evidence)
            self._attach(key, shown, {"waived": without_evidence}, person)
        now = time.time()
        return self.ledger.update(
            key, lambda c: life.approve(c, self._approval(c, person, now), now), person, "approve"
        )

    def _approval(self, change: Change, person: str, now: float) -> Approval:
        seen = change.evidence.sha256 if change.evidence else ""
        expires = now + life.APPROVAL_LIFE_S
        approval = Approval(person, change.id, change.payload, seen, now, expires)
        self.people.keys.create(person)
        signature = self.people.keys.sign(person, approval.statement())
        return replace(approval, signature=signature)

    def withdraw(self, key: str, person: str, reason: str = "") -> Change:
        """Take back a change that was not sent."""
        self.people.require(person, "draft")
        step = life.move
        return self.ledger.update(
            key, lambda c: step(c, State.WITHDRAWN, time.time(), reason), person
        )

    def push(self, key: str, person: str = "operator", *, wait_s: float = ANSWER_S) -> Change:
        """Sign the command, send it, and wait for how it ends.

        Returns the change CONFIRMED, or in the state that says why not: QUEUED when the broker
        cannot be reached, UNKNOWN when no answer came. Pushing it again sends the same command
        or asks what became of it; it is never carried out twice.
        """
        self.people.require(person, "push")
        change = self.ledger.get(key)
        if change.state in life.UNDERWAY:
            return self.settle(key, wait_s=wait_s)
        if change.state is not State.QUEUED:
            change = self._queue(change, person)
        if time.time() >= change.command["expires"]:
            reason = "it was not sent in time"
            return self._move(key, State.EXPIRED, PLATFORM, reason)
        return self._send(change, person, wait_s)

    def _queue(self, change: Change, person: str) -> Change:
        life.queue(change, {}, time.time())  # refuses before a number is spent
        epoch, seq = self.ledger.next_number(change.target)
        command = self._command(change, epoch, seq)
        return self.ledger.update(
            change.id, lambda c: life.queue(c, command, time.time()), person, "push"
        )

    def _command(self, change: Change, epoch: int, seq: int) -> dict[str, Any]:
        command = {
            "type": "write",
            "id": change.id,
            "target": change.target,
            "items": [asdict(item) for item in change.items],
            "author": change.author,
            "evidence": change.evidence.sha256 if change.evidence else "",
            "approvals": [asdict(approval) for approval in change.approvals],
            "rollback_of": change.rollback_of,
            **life.ground(change.evidence),
            "epoch": epoch,
            "seq": seq,
            "expires": time.time() + COMMAND_LIFE_S,
            "trail": self.ledger.head(),
        }
        return {**command, "signature": self.people.keys.sign(PLATFORM, command)}

    def _send(self, change: Change, person: str, wait_s: float) -> Change:
        try:
            link, answers = self._connect(change.id, present=True)
        except Unreachable as error:
            why = str(error)
            return self.ledger.update(change.id, lambda c: replace(c, reason=why), PLATFORM)
        try:
            self._move(change.id, State.SENT, person)
            topic = Topics.of(self.plant).command(change.id)
            link.say(topic, {"command": change.command}, wait_s=TAKE_S)
            return self._follow(change.id, answers, wait_s)
        except Unreachable as error:
            return self._report(change.id, State.UNKNOWN, str(error), {})
        finally:
            link.close()

    def _connect(
        self, key: str, *, present: bool = False
    ) -> tuple[Link, queue.Queue[dict[str, Any]]]:
        """Listen to the gateway's answers; with ``present`` make sure that it is there."""
        answers: queue.Queue[dict[str, Any]] = queue.Queue()
        link = Link(self._running(), PLATFORM, self._password())
        link.open()
        try:
            topics = Topics.of(self.plant)
            link.listen(topics.answer(key), lambda _, body: answers.put(body))
            if present:
                _await_gateway(link, topics)
        except Unreachable:
            link.close()
            raise
        return link, answers

    def _follow(self, key: str, answers: queue.Queue[dict[str, Any]], wait_s: float) -> Change:
        """Take in the gateway's answers until the change is settled or time is up."""
        deadline = time.monotonic() + wait_s
        change = self.ledger.get(key)
        while change.state not in life.FINAL:
            try:
                body = answers.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                reason = change.reason or f"no answer within {wait_s:g} s"
                return self._report(key, State.UNKNOWN, reason, {})
            change = self._take_in(change, body)
        return change

    def _take_in(self, change: Change, body: Mapping[str, Any]) -> Change:
        """Believe an answer only if the gateway signed it, about exactly our command."""
        said = body.get("answer")
        if not isinstance(said, dict):
            return change
        ours = {key: value for key, value in change.command.items() if key != "signature"}
        signed = self.people.keys.verify(GATEWAY, said, body.get("signature"))
        if not signed or said.get("digest") != digest(ours):
            return change
        state = State(said["state"])
        return self._report(change.id, state, said["reason"], said["held"])

    def _report(self, key: str, state: State, reason: str, held: Mapping[str, Value]) -> Change:
        done = self.ledger.update(
            key, lambda c: life.report(c, state, time.time(), reason, held), GATEWAY
        )
        if done.rollback_of and done.state is State.CONFIRMED:
            self._close_rolled_back(done)
        return done

    def _close_rolled_back(self, done: Change) -> None:
        why = f"rolled back by {done.author} with {done.id}"

        def close(original: Change) -> Change:
            if original.state is not State.CONFIRMED:
                return original
            back = life.move(original, State.ROLLED_BACK, time.time(), why)
            return replace(back, rolled_back_by=done.id, held=done.held)

        self.ledger.update(done.rollback_of, close, done.author)

    def _move(self, key: str, to: State, who: str, reason: str = "") -> Change:
        return self.ledger.update(key, lambda c: life.move(c, to, time.time(), reason), who)

    def settle(self, key: str, *, wait_s: float = SETTLE_S) -> Change:
        """Ask the gateway what became of a change that is under way.

        A command that never reached the gateway is barred from then on: NOT_APPLIED.
        """
        change = self.ledger.get(key)
        if change.state not in life.UNDERWAY:
            return change
        try:
            link, answers = self._connect(key)
        except Unreachable as error:
            return self._report(key, State.UNKNOWN, str(error), {})
        command = {name: value for name, value in change.command.items() if name != "signature"}
        ask = {"type": "settle", "id": key, "target": change.target, "digest": digest(command)}
        signed = {**ask, "signature": self.people.keys.sign(PLATFORM, ask)}
        try:
            link.say(Topics.of(self.plant).command(key), {"command": signed}, wait_s=TAKE_S)
            return self._follow(key, answers, wait_s)
        except Unreachable as error:
            return self._report(key, State.UNKNOWN, str(error), {})
        finally:
            link.close()

    def rollback(self, key: str, person: str = "operator", *, wait_s: float = ANSWER_S) -> Change:
        """Write the old values of a confirmed change back, through the same path.

        Returns the change that did it: CONFIRMED when the device holds the old values again.
        """
        self.people.require(person, "rollback")
        done = self.ledger.get(key)
        if done.state is not State.CONFIRMED:
            reason = f"is {done.state}: only a confirmed change can be rolled back"
            raise BadInput(Fault(reason, path=key))
        if done.rollback_of:
            # It would write the change once more without anybody's approval.
            reason = "is itself a way back: ask for the change anew, with its evidence"
            raise BadInput(Fault(reason, path=key))
        items = tuple(
            replace(item, base=item.to, to=item.base, base_version=None) for item in done.items
        )
        now = time.time()
        back = Change(_fresh_id(), done.target, items, person, now, done.risk, rollback_of=key)
        back = self.ledger.add(replace(back, updated=now), person, "rollback")
        return self.push(back.id, person, wait_s=wait_s)

    def status(self, key: str | None = None, *, ask: bool = True) -> list[dict[str, Any]]:
        """One row a change in plain words, newest first.

        ``ask`` asks the gateway about those that nobody waits for any more.
        """
        changes = [self.ledger.get(key)] if key else self.ledger.changes()
        if ask and self.url:
            changes = [self.settle(c.id) if _abandoned(c) else c for c in changes]
        return [words.row(change) for change in changes]

    def trail(self, key: str | None = None) -> list[dict[str, Any]]:
        """The audit trail, oldest first."""
        return self.ledger.trail(key)

    def verify_trail(self, anchor: str = "") -> list[str]:
        """What is wrong with the audit trail; empty when nothing is."""
        return self.ledger.verify(anchor)


def _fresh_id() -> str:
    return f"C-{datetime.now(UTC):%Y%m%d}-{secrets.token_hex(4)}"


def _abandoned(change: Change) -> bool:
    """Whether a change is under way and the push that sent it has stopped waiting."""
    waited = time.time() - change.updated > ANSWER_S
    return change.state is State.UNKNOWN or (change.state in life.UNDERWAY and waited)


def _await_gateway(link: Link, topics: Topics) -> None:
    """Wait until the gateway says that it is there: what is not sent yet can wait safely."""
    there = threading.Event()

    def heard(_: str, body: dict[str, Any]) -> None:
        if body.get("alive"):
            there.set()

    link.listen(topics.at(GATEWAY, CHANGES, "death"), heard)
    if not there.wait(PRESENT_S):
        raise Unreachable("the gateway does not run; nothing was sent")
