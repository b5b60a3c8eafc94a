"""The C that joins a front and its network: samples → features → network → scores → verdict."""

from __future__ import annotations

import textwrap
from typing import Any

from twin.c_export.fronts.base import Front, real
from twin.c_export.network import Network
from twin.c_export.write import identifier
from twin.errors import BadInput, Fault
from twin.nodes.inspection import is_sound
from twin.nodes.library import Card
from twin.nodes.node_settings import NodeSettings

SIZES = {"float": 4, "int16_t": 2, "uint8_t": 1}
ROW = "    float row[{upper}_FEATURES]; /* of the last window that was judged */\n"
RUN = "    if ({name}_run(state->row, scores) != 0) return verdict->word = {upper}_UNSURE;\n"
HEADER = """\
/* Model {title} from samples to a verdict: {kind}, then the network of {name}.h.
 * Static buffers of the front {ram} B, the state {state_bytes} B. Not reentrant. See README.md. */
#ifndef {guard}
#define {guard}

{includes}

#define {upper}_SAMPLES {samples}
#define {upper}_FEATURES {features}
#define {upper}_CLASSES {classes}
{defines}
/* What a node asks of a score before it calls a class that is not sound, and how many such windows
 * in a row before an alarm. */
#ifndef {upper}_THRESHOLD
#define {upper}_THRESHOLD {threshold}
#endif
#ifndef {upper}_ALARM_AFTER
#define {upper}_ALARM_AFTER {alarm_after}
#endif

/* {holds_c}
 *
 * {window_c} */

/* What the model is told of each window:
{told_c} */
typedef {told} {name}_told;

/* What is kept from window to window; all zeros at the start. */
typedef struct {{
{members}{row}    int32_t in_a_row;
}} {name}_state;

/* Besides a class: what leads is not sound, and has less than the threshold. */
#define {upper}_UNSURE (-1)

typedef struct {{
    int32_t word;                  /* a class, UNSURE, or below that why the window is not judged */
    int32_t lead;                  /* the class with the greatest score */
    int32_t alarm;                 /* whether this window raised or kept an alarm */
    float scores[{upper}_CLASSES]; /* probability of each class */
}} {name}_verdict;

extern const char *const {name}_classes[{upper}_CLASSES];

/* Features of a window. Returns 0, or below -1 why there are none. */
int {name}_front({name}_state *state, const {sample} *samples, const {name}_told *told,
{front_indent}{row_type} *row);
/* Judge a window. Returns verdict->word. */
int {name}_look({name}_state *state, const {sample} *samples, const {name}_told *told,
{indent}{name}_verdict *verdict);

#endif
"""
SOURCE = """\
#include "{name}_front.h"

#include "{name}.h"
#include "reals.h"

const char *const {name}_classes[{upper}_CLASSES] = {{{words}}};

{definitions}
int {name}_front({name}_state *state, const {sample} *samples, const {name}_told *told,
{front_indent}{row_type} *row) {{
{body}}}

int {name}_look({name}_state *state, const {sample} *samples, const {name}_told *told,
{indent}{name}_verdict *verdict) {{
    static const uint8_t alarming[{upper}_CLASSES] = {{{alarming}}};
    float *scores = verdict->scores, total = 0.0f, most;
    int32_t lead = 0;
    memset(verdict, 0, sizeof *verdict);
    verdict->word = {name}_front(state, samples, told, {row_at});
    if (verdict->word != 0) return verdict->word;
{run}    for (int32_t k = 1; k < {upper}_CLASSES; k++)
        if (scores[k] > scores[lead]) lead = k;
    most = scores[lead];
    for (int32_t k = 0; k < {upper}_CLASSES; k++) total += scores[k] = twin_exp(scores[k] - most);
    for (int32_t k = 0; k < {upper}_CLASSES; k++) scores[k] /= total;
    verdict->lead = verdict->word = lead;
    if (alarming[lead] && scores[lead] < {upper}_THRESHOLD) verdict->word = {upper}_UNSURE;
    state->in_a_row = verdict->word == lead && alarming[lead] ? state->in_a_row + 1 : 0;
    verdict->alarm = state->in_a_row >= {upper}_ALARM_AFTER;
    return verdict->word;
}}
"""
MAIN = """\
/* Example: a window of zeros, as `sample` would fill it from the sensor, is looked at.
 *
 * {holds_c}
 *
 * {window_c} */
#include "{name}_front.h"

static {name}_state state;
static {sample} samples[{upper}_SAMPLES];

int main(void) {{
    {name}_told told = {{
{example_in}    }};
    {name}_verdict verdict;
    /* for (;;) {{ sample(samples); … */
    return {name}_look(&state, samples, &told, &verdict);
}}
"""
README = """
## From samples to a verdict

`{name}_front.h` says more. The front: {kind}.

{holds_md}

{window_md}

```c
#include "{name}_front.h"

static {name}_state state;               /* all zeros at the start */
static {sample} samples[{upper}_SAMPLES];
{name}_told told = {{
{example}}};
{name}_verdict verdict;
int word = {name}_look(&state, samples, &told, &verdict);
/* 0 … {last}: {words}; -1: unsure; below: why the window is not judged */
```

| | |
|---|---|
| RAM: static buffers of the front, the state | {ram:,} B, {state_bytes:,} B |
| RAM: samples, of the caller | {sample_bytes:,} B |
| RAM: stack, front and network | below {stack:,} B |
| flash of the front's constants | {flash:,} B |
| flash of the code, front and network | {code} kB by clang at `-O3` for a Cortex-M4 |

{smaller}Compile, beside the network's: {files}.
No malloc and no library but `string.h`, and `math.h` for a square root where the core has no
instruction for it. Single precision; `-ffp-contract=off` as for the kernels keeps the results
those that were checked. A class that is not sound needs a score of {threshold}, and {alarm_after}
windows in a row raise an alarm, as a node's defaults say: define `{upper}_THRESHOLD` and
`{upper}_ALARM_AFTER` otherwise.
"""


def alarming(card: Card) -> list[bool]:
    """Whether each class is one to raise an alarm for, as the node decides it."""
    named = card.document.get("alarms")
    if isinstance(named, list):
        return [word in named for word in card.classes]
    return [not is_sound(word) for word in card.classes]


def refuse_other_ends(card: Card, network: Network, file: str) -> None:
    """Refuse a front before a network whose outputs are not one sum for each class of its card."""
    if network.left_to_caller or network.output.size != len(card.classes):
        left = ", ".join(network.left_to_caller) or f"{network.output.size} values"
        message = (
            f"no front can be written: the network ends in {left}, not in a sum for each of the "
            f"{len(card.classes)} classes"
        )
        raise BadInput(Fault(message, path="MODEL", file=file))


def values(card: Card, front: Front) -> dict[str, Any]:
    """What stands in the templates above."""
    own = NodeSettings.read({"sensor": "any"})
    word = identifier(front.word)
    includes = sorted(name for name in front.sources if name.endswith(".h"))
    return {
        "title": card.name,
        "kind": card.front.kind,
        "name": word,
        "upper": word.upper(),
        "guard": f"{word.upper()}_FRONT_H",
        "told": front.told_as,
        "samples": front.samples,
        "sample": front.sample_as,
        "sample_bytes": SIZES[front.sample_as] * front.samples,
        "features": front.features,
        **_between(front, word),
        "classes": len(card.classes),
        "last": len(card.classes) - 1,
        "defines": front.defines,
        "threshold": real(own.threshold),
        "alarm_after": own.alarm_after,
        "members": front.state,
        "front_indent": " " * len(f"int {word}_front("),
        "indent": " " * len(f"int {word}_look("),
        "words": ", ".join(f'"{name}"' for name in card.classes),
        "alarming": ", ".join(str(int(flag)) for flag in alarming(card)),
        "definitions": front.definitions,
        "body": front.body,
        "example": _example(front, 4),
        "example_in": _example(front, 8),
        "holds_c": _wrapped(f"samples: {front.holds}.", "\n * "),
        "window_c": _wrapped(front.window, "\n * "),
        "told_c": "\n".join(f" *   {one.name:<15} {one.meaning}" for one in front.fields),
        "holds_md": _wrapped(f"`samples` are {front.holds}.", "\n"),
        "window_md": _wrapped(front.window, "\n"),
        "stack": front.stack,
        "code": "{} to {}".format(*front.code),
        "smaller": f"{front.smaller}\n" if front.smaller else "",
        "includes": "\n".join(f'#include "{name}"' for name in includes),
        "ram": front.ram,
        "state_bytes": state_bytes(card, front),
        "flash": front.flash,
        "files": ", ".join(
            f"`{name}`" for name in (f"{word}_front.c", *front.sources) if name.endswith(".c")
        ),
    }


def _example(front: Front, indent: int) -> str:
    """Return an initialiser of what the node is told, with comments."""
    rows = [(f".{one.name} = {one.example},", one.meaning) for one in front.fields]
    return "".join(f"{' ' * indent}{code:<27} /* {meaning} */\n" for code, meaning in rows)


def _wrapped(text: str, end: str) -> str:
    return end.join(textwrap.wrap(text, 96, break_on_hyphens=False))


def _between(front: Front, word: str) -> dict[str, str]:
    """How the row goes from the front to the network: floats of the state, or straight as bytes."""
    if front.takes_bytes:
        run = f"    {word}_run_bytes(scores);\n"
        return {"row": "", "row_type": "uint8_t", "row_at": f"{word}_input()", "run": run}
    upper = word.upper()
    row, run = ROW.format(upper=upper), RUN.format(name=word, upper=upper)
    return {"row": row, "row_type": "float", "row_at": "state->row", "run": run}


def state_bytes(card: Card, front: Front) -> int:
    """Size of the state struct [byte]."""
    return front.state_bytes + (0 if front.takes_bytes else 4 * len(card.inputs)) + 4


def sources(card: Card, front: Front) -> dict[str, str]:
    """Return the C files that join a front and its network, by their names."""
    found = values(card, front)
    word = found["name"]
    return {
        f"{word}_front.h": HEADER.format(**found),
        f"{word}_front.c": SOURCE.format(**found),
        "main.c": MAIN.format(**found),
    }


def readme(card: Card, front: Front) -> str:
    """Return the part of the README about the front."""
    return README.format(**values(card, front))
