"""The command ``twin``; each verb is one file of this folder with ``register(app)``."""

from __future__ import annotations

import importlib
import os
import sys

import typer

from twin.errors import BadInput
from twin.family import kinds

NOT_VERBS = {"main", "options", "output", "progress"}
EXIT_NOT_MET = 1
EXIT_BAD_INPUT = 2
EXIT_STOPPED = 130


def build(only: str | None = None) -> typer.Typer:
    """Return the command with every verb, or with ``only`` one: the others stay unimported."""
    app = typer.Typer(
        name="twin",
        help="Digital twins of machines, lines and buildings: simulate first, then execute.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback()
    def _verbs_stay_verbs() -> None:
        """Keep typer from making a single verb the command itself."""

    verbs = [verb for verb in kinds("twin.cli") if verb not in NOT_VERBS]
    for verb in [only] if only in verbs else verbs:
        importlib.import_module(f"twin.cli.{verb}").register(app)
    return app


def main() -> None:
    """Run the command; bad input is one line a fault on standard error and exit code 2."""
    # Our matrices are small: threads of the linear algebra cost more than they give.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        build(sys.argv[1] if len(sys.argv) > 1 else None)()
    except BadInput as error:
        for fault in error.faults:
            print(" ".join(str(fault).split()), file=sys.stderr)
        sys.exit(EXIT_BAD_INPUT)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except SystemExit as ended:
        if ended.code == EXIT_STOPPED:
            print("Stopped by you; what was finished is kept.", file=sys.stderr)
        raise


if __name__ == "__main__":
    main()
