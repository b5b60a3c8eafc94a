"""Build the reference pages from the declarations, and check every page.

``python docs/build.py`` writes docs/reference/*.md; with ``--check`` it writes nothing and fails
when a page is out of date, when a link leads nowhere, or when a page is not in the index.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from twin.expectations import Expect
from twin.family import kinds, load
from twin.kpi_list import of_kind
from twin.nodes.node_settings import NodeSettings
from twin.params import Declaration, Params, declarations
from twin.scenario import Header

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
LINK = re.compile(r"\[[^\]]+\]\(([^)#\s]+)(#[^)]*)?\)")


def main(check: bool) -> int:
    """Build or check; return how many faults there are."""
    faults = [fault for path, text in pages() if (fault := place(path, text, check))]
    faults += list(broken_links())
    faults += list(unlisted())
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"docs: {len(list(markdown()))} pages, {len(faults)} faults")
    return len(faults)


def pages() -> Iterator[tuple[Path, str]]:
    """Every generated page and its text."""
    yield DOCS / "reference" / "parameters.md", parameters_page()
    yield DOCS / "reference" / "kpis.md", kpis_page()


def place(path: Path, text: str, check: bool) -> str:
    """Write one page, or say that it is out of date."""
    if check:
        same = path.exists() and path.read_text("utf-8") == text
        return "" if same else f"{path.relative_to(ROOT)}: out of date, run make docs"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    return ""


def parameters_page() -> str:
    """The page of every parameter, made from the declarations."""
    lines = [
        "# Parameters",
        "",
        "Made from the declarations in the code by `make docs`. A value is written in the unit "
        'given here, or with a unit of its own: `"3 m/s"`. *Assumption* marks a default that has '
        "no published source. *Device point* marks what a change may write to a real device.",
        "",
    ]
    groups = [("A scenario", Header), ("`[[expect]]`", Expect)]
    for section, family in (("plant", "twin.plant"), ("sensor", "twin.signals")):
        groups += [
            (f'`[{section}.NAME]` with `kind = "{kind}"`', load(family, kind).Settings)
            for kind in kinds(family)
        ]
    groups.append(("`[node.NAME]`", NodeSettings))
    for title, params in groups:
        lines += [f"## {title}", "", summary(params), "", *table(params, ""), ""]
    return "\n".join(lines)


def summary(params: type[Params]) -> str:
    """First line of a class's docstring."""
    return (params.__doc__ or "").strip().splitlines()[0]


def table(params: type[Params], prefix: str) -> Iterator[str]:
    """Rows of one class, nested tables included."""
    if not prefix:
        yield "| parameter | unit | default | allowed | meaning | source |"
        yield "|---|---|---|---|---|---|"
    for declared in declarations(params):
        name = f"{prefix}{declared.path}"
        if declared.form == "table" and declared.params is not None:
            yield f"| `{name}.NAME` |  |  |  | {declared.meaning} |  |"
            yield from table(declared.params, f"{name}.NAME.")
            continue
        yield row(name, declared)


def row(name: str, declared: Declaration) -> str:
    """One parameter as a row."""
    default = "required" if declared.required else f"{declared.default}"
    unit = "" if declared.unit == "1" else declared.unit
    allowed = ", ".join(declared.options)
    if declared.low is not None and declared.high is not None:
        allowed = f"{declared.low:g} to {declared.high:g}"
    marks = [declared.source] if declared.source else []
    marks += ["*assumption*"] if declared.assumption else []
    marks += ["*device point*"] if declared.live else []
    cells = (f"`{name}`", unit, default, allowed, declared.meaning, "; ".join(marks))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def kpis_page() -> str:
    """The page of every KPI, made from the measures."""
    lines = [
        "# KPIs",
        "",
        "Made from the code by `make docs`. A KPI's path is the name of the thing, the part of it "
        "if there is one, and the name here: `mill.throughput`, `line.stations.saw.blocked`. "
        "*Only with* names the settings without which a thing has no such KPI.",
        "",
    ]
    for kind in (*kinds("twin.plant"), "node"):
        lines += [f"## {kind}", "", "| KPI | unit | better | meaning | only with |",
                  "|---|---|---|---|---|"]  # fmt: skip
        for name, one in of_kind(kind).items():
            m, where = one.measure, one.where
            lines.append(f"| `{name}` | {m.unit} | {m.better} | {m.meaning} | {where} |")
        lines.append("")
    return "\n".join(lines)


def markdown() -> Iterator[Path]:
    """Every page."""
    yield from (ROOT / name for name in ("README.md", "CHANGELOG.md"))
    yield from sorted(DOCS.rglob("*.md"))


def broken_links() -> Iterator[str]:
    """Relative links that lead nowhere."""
    for page in markdown():
        for target, _anchor in LINK.findall(page.read_text("utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                yield f"{page.relative_to(ROOT)}: link to {target} leads nowhere"


def unlisted() -> Iterator[str]:
    """Pages of docs/ that the README does not lead to."""
    readme = (ROOT / "README.md").read_text("utf-8")
    for page in sorted(DOCS.rglob("*.md")):
        name = page.relative_to(ROOT).as_posix()
        if name not in readme:
            yield f"README.md: does not lead to {name}"


if __name__ == "__main__":
    sys.exit(1 if main(check="--check" in sys.argv) else 0)
