"""Work on a Dask cluster: one that runs somewhere, or one started here for the purpose."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor
from contextlib import ExitStack, contextmanager
from typing import Any

from twin import store
from twin.errors import BadInput, Fault

CONNECT = 5.0
"""How long to wait for a scheduler [s]."""


def _distributed() -> Any:
    try:
        import distributed
    except ImportError:
        message = "needs Dask: pip install 'twin[cluster]'"
        raise BadInput(Fault(message, "cluster")) from None
    return distributed


@contextmanager
def cluster(address: str, workers: int) -> Iterator[tuple[Executor, int]]:
    """Connect to a scheduler; give an executor and the number of its workers.

    Address "local" starts a cluster of ``workers`` processes, and ends it afterwards.

    Raises
    ------
    BadInput
        When nothing answers there, it has no workers, or they run other code than this.
    BrokenExecutor
        When workers died again and again, or the scheduler is gone.
    """
    distributed = _distributed()
    with ExitStack() as stack:
        if address == "local":
            address = stack.enter_context(started(workers)).scheduler_address
        client = stack.enter_context(_client(address))
        count = _ready(client, address)
        executor = client.get_executor(pure=False)
        try:
            yield executor, count
        except (distributed.KilledWorker, CancelledError, OSError) as error:
            raise BrokenExecutor(str(error)) from error
        finally:
            executor.shutdown(wait=False)


@contextmanager
def started(workers: int, port: int = 0) -> Iterator[Any]:
    """Start a cluster of ``workers`` processes on this machine."""
    running = _distributed().LocalCluster(
        n_workers=max(1, workers),
        threads_per_worker=1,
        processes=True,
        scheduler_port=port,
        dashboard_address=None,
        silence_logs="CRITICAL",
    )
    with running:
        yield running


@contextmanager
def _client(address: str) -> Iterator[Any]:
    distributed = _distributed()
    try:
        client = distributed.Client(address, timeout=CONNECT, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        message = f"no Dask scheduler answers there ({reason}); start one: twin cluster start"
        raise BadInput(Fault(message, "cluster", "", repr(address))) from None
    try:
        yield client
    finally:
        client.close()


def _ready(client: Any, address: str) -> int:
    """The number of workers, all of them with this code."""
    versions: dict[str, str] = client.run(store.code_version)
    if not versions:
        message = "this scheduler has no workers; start one: twin cluster start"
        raise BadInput(Fault(message, "cluster", "", repr(address)))
    other = sorted({code for code in versions.values() if code != store.code_version()})
    if other:
        message = f"its workers run twin {', '.join(other)}, this is {store.code_version()}"
        raise BadInput(Fault(message, "cluster", "", repr(address)))
    return len(versions)
