"""What something took: seconds by the clock, seconds of the processor, bytes of memory. Standard library alone."""

import os
import resource
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Took:
    """`seconds` by the clock; `worked` of the processor, this process's and its database session's together.

    `worked` is what a busy machine hardly changes; where the system does not tell of other processes (no /proc) it is
    this process's alone. `peak` is the most memory that the process had, in bytes; 0 when nobody tells.
    """

    seconds: float
    worked: float
    database: float  # of `worked`
    peak: int

    def __add__(self, other: "Took") -> "Took":
        """One after the other."""
        sums = (self.seconds + other.seconds, self.worked + other.worked, self.database + other.database)
        return Took(*sums, max(self.peak, other.peak))

    def beside(self, other: "Took") -> "Took":
        """At the same time, each in a process of its own."""
        worked, database = self.worked + other.worked, self.database + other.database
        return Took(max(self.seconds, other.seconds), worked, database, max(self.peak, other.peak))


class Stopwatch:
    """`with Stopwatch(pid_of_the_database_session) as watch: …`, then `watch.took`."""

    def __init__(self, session: int | None = None):
        self.session = session

    def __enter__(self):
        self.began = perf_counter(), process_time(), worked_by(self.session)
        return self

    def __exit__(self, *_):
        clock, own, other = self.began
        database = worked_by(self.session) - other
        self.took = Took(
            perf_counter() - clock,
            process_time() - own + database,
            database,
            most_memory(),
        )


def worked_by(pid: int | None) -> float:
    """Seconds of processor of a process of this machine; 0 when nobody tells."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def most_memory(pid: int | str = "self") -> int:
    """The most that a process has had, in bytes; 0 when nobody tells.

    Not what `getrusage` says: on Linux that begins with what the parent had.
    """
    try:
        told = Path(f"/proc/{pid}/status").read_text()
        return int(told.partition("VmHWM:")[2].split()[0]) * 1024
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss if pid == "self" else 0
