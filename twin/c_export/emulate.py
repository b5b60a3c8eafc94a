"""Compiles exported C for a Cortex-M and runs it on an emulated core, counting instructions.

The compiler is Zig's clang and the emulator Unicorn, both from PyPI (extra ``mcu``). An instruction
counts when it is executed: every basic block adds the instructions decoded in it, so one that a
false condition skips inside an IT block counts too.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from twin.errors import BadInput

Core = Literal["cortex-m4", "cortex-m7"]
CORES: tuple[Core, ...] = ("cortex-m4", "cortex-m7")
CPU = {"cortex-m4": "cortex_m4+vfp4d16sp", "cortex-m7": "cortex_m7+fp_armv8d16sp"}
FLAGS = ("-O3", "-std=c99", "-ffp-contract=off", "-ffreestanding", "-ffunction-sections")
FLASH, RAM, DATA, RETURN = 0x10000, 0x20000000, 0x60000000, 0xF0000
STACK = 0x100000  # looked at for the deepest word touched, at the top of the RAM [byte]
SIZES = {FLASH: 0x400000, RAM: 0x200000, DATA: 0x4000000}
CPACR = 0xE000ED88
LINKER = """\
ENTRY(_start)
SECTIONS {
  . = 0x10000;
  .text : { *(.text*) *(.rodata*) }
  . = 0x20000000;
  .data : { *(.data*) }
  .bss : { *(.bss*) *(COMMON) }
  /DISCARD/ : { *(.ARM.*) *(.comment*) }
}
"""
STUBS = """\
#include <stddef.h>
#include <stdint.h>
#include <{header}>
void *memcpy(void *to, const void *from, size_t n) {{
    uint8_t *t = to; const uint8_t *f = from;
    while (n--) *t++ = *f++;
    return to;
}}
void *memset(void *to, int v, size_t n) {{
    uint8_t *t = to;
    while (n--) *t++ = (uint8_t)v;
    return to;
}}
int32_t _start(const float *in, float *out, int32_t rows);
int32_t _start(const float *in, float *out, int32_t rows) {{
    int32_t bad = 0;
    if (rows < 0) {{ {name}_infer(); return 0; }}
    for (int32_t k = 0; k < rows; k++)
        bad += {name}_run(in + k * {inputs}, out + k * {outputs}) != 0;
    return bad;
}}
"""


@dataclass(frozen=True, slots=True)
class Image:
    """A program for a core: what is loaded where, where it starts, and how much it takes [byte]."""

    core: Core
    segments: tuple[tuple[int, bytes], ...]
    entry: int
    flash: int
    ram: int


def require_tools() -> Any:
    """Return the package unicorn, or say which extra brings it and the compiler."""
    try:
        import unicorn
        import ziglang  # noqa: F401
    except ImportError:
        message = "running exported C on an emulated core needs the extra 'mcu': pip install "
        raise BadInput(message + "'twin[mcu]'") from None
    return unicorn


def compile_c(
    files: Sequence[Path],
    core: Core,
    folder: Path,
    *,
    include: Sequence[Path] = (),
    without: str = "",
) -> Image:
    """Compile and link C files for a core.

    Parameters
    ----------
    files : sequence of Path
    core : str
        cortex-m4 or cortex-m7, with their floating-point units.
    folder : Path
        For what the compiler writes.
    include : sequence of Path
        Folders with headers.
    without : str
        An extension to leave out, such as ``dsp``.

    Raises
    ------
    BadInput
        When the compiler is not installed or refuses, with what it says.
    """
    require_tools()
    script, made = folder / "link.ld", folder / f"{core}.elf"
    script.write_text(LINKER, "utf-8")
    command = [
        *(sys.executable, "-m", "ziglang", "cc", "-target", "thumb-freestanding-eabihf"),
        *(f"-mcpu={CPU[core]}{'-' * bool(without)}{without}", *FLAGS),
        *("-nostdlib", "-Wl,--gc-sections", "-T", str(script)),
        *(f"-I{path}" for path in include),
        *(str(path) for path in files),
        *("-o", str(made)),
    ]
    cache = {"ZIG_LOCAL_CACHE_DIR": str(folder / "zig"), "ZIG_GLOBAL_CACHE_DIR": str(folder / "zg")}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **cache}
    )
    if done.returncode:
        raise BadInput(f"the C compiler refuses: {done.stderr.strip()[-2000:]}")
    return read_elf(made.read_bytes(), core)


def read_elf(content: bytes, core: Core) -> Image:
    """Read the loadable segments of a 32-bit ELF file."""
    entry, table = struct.unpack_from("<II", content, 24)
    size, count = struct.unpack_from("<HH", content, 42)
    segments, flash, ram = [], 0, 0
    for index in range(count):
        kind, offset, address, _, held, taken, _, _ = struct.unpack_from(
            "<8I", content, table + index * size
        )
        if kind != 1 or not taken:
            continue
        segments.append((address, content[offset : offset + held]))
        flash += held
        ram += taken if address >= RAM else 0
    return Image(core, tuple(segments), entry, flash, ram)


def instructions_in(code: bytes) -> int:
    """Count the Thumb instructions in a block of code.

    >>> instructions_in(bytes.fromhex("00bf00f001f8"))
    2
    """
    count = place = 0
    while place + 1 < len(code):
        place += 4 if code[place + 1] >> 3 in {0b11101, 0b11110, 0b11111} else 2
        count += 1
    return count


class Machine:
    """An emulated core with a program loaded."""

    def __init__(self, image: Image) -> None:
        unicorn = require_tools()
        from unicorn import arm_const as arm

        self._arm, self._image = arm, image
        self._counts: dict[tuple[int, int], int] = {}
        self.executed = 0
        self._cpu = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB | unicorn.UC_MODE_MCLASS)
        model = {"cortex-m4": arm.UC_CPU_ARM_CORTEX_M4, "cortex-m7": arm.UC_CPU_ARM_CORTEX_M7}
        self._cpu.ctl_set_cpu_model(model[image.core])
        for start, size in SIZES.items():
            self._cpu.mem_map(start, size)
        for address, content in image.segments:
            self._cpu.mem_write(address, content)
        self._block = unicorn.UC_HOOK_BLOCK

    def _count(self, _cpu: Any, address: int, size: int, _data: Any) -> None:
        key = address, size
        if key not in self._counts:
            self._counts[key] = instructions_in(bytes(self._cpu.mem_read(address, size)))
        self.executed += self._counts[key]

    def _call(self, into: int, out: int, rows: int) -> int:
        arm, cpu = self._arm, self._cpu
        top = RAM + SIZES[RAM]
        values = {
            arm.UC_ARM_REG_R0: into,
            arm.UC_ARM_REG_R1: out,
            arm.UC_ARM_REG_R2: rows & 0xFFFFFFFF,
            arm.UC_ARM_REG_SP: top,
            arm.UC_ARM_REG_LR: RETURN | 1,
        }
        cpu.reg_write(arm.UC_ARM_REG_FPEXC, 0x40000000)
        for register, value in values.items():
            cpu.reg_write(register, value)
        cpu.emu_start(self._image.entry | 1, RETURN)
        return int(cpu.reg_read(arm.UC_ARM_REG_R0))

    def run(self, rows: npt.NDArray[np.float32], outputs: int) -> npt.NDArray[np.float32]:
        """Run the model on each row; return its outputs, ``(rows, outputs)``."""
        content = np.ascontiguousarray(rows, np.float32).tobytes()
        out = DATA + SIZES[DATA] // 2
        self._cpu.mem_write(DATA, content)
        self.bad = self._call(DATA, out, len(rows))
        found = bytes(self._cpu.mem_read(out, 4 * outputs * len(rows)))
        return np.frombuffer(found, np.float32).reshape(len(rows), outputs)

    def count(self, row: npt.NDArray[np.float32] | None = None) -> int:
        """Instructions of one inference; without a row, of its layers alone."""
        hook = self._cpu.hook_add(self._block, self._count)
        self._cpu.ctl_flush_tb()  # what was translated before does not call the hook
        self.executed = 0
        if row is None:
            self._call(DATA, DATA + SIZES[DATA] // 2, -1)
        else:
            self._cpu.mem_write(DATA, np.ascontiguousarray(row, np.float32).tobytes())
            self._call(DATA, DATA + SIZES[DATA] // 2, 1)
        self._cpu.hook_del(hook)
        self._cpu.ctl_flush_tb()
        return self.executed

    def count_of(self, row: npt.NDArray[np.float32]) -> int:
        """Instructions of what the program does of a row besides running the model."""
        self._cpu.mem_write(DATA, np.ascontiguousarray(row, np.float32).tobytes())
        return self.count()

    def word(self, address: int) -> int:
        """Return a word of memory."""
        return int.from_bytes(bytes(self._cpu.mem_read(address, 4)), "little")

    def stack(self) -> int:
        """Stack that was touched since the core was made [byte]."""
        top = RAM + SIZES[RAM]
        held = np.frombuffer(bytes(self._cpu.mem_read(top - STACK, STACK)), np.uint8)
        touched = np.flatnonzero(held)
        return int(STACK - touched[0]) if len(touched) else 0
