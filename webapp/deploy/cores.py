"""How many processors this process may use: as many workers as that can all read at once."""

from pathlib import Path

from ml import files

CGROUP_LIMIT = Path("/sys/fs/cgroup/cpu.max")  # "200000 100000" is two processors; or "max 100000"


def count_cores(limit: Path = CGROUP_LIMIT) -> int:
    """Return how many cores there are for this process, a container's limit included."""
    cores = files.count_cores()
    try:
        quota, period = limit.read_text().split()
        return max(1, min(cores, int(quota) // int(period)))
    except (OSError, ValueError):  # no cgroup, or no limit
        return cores
