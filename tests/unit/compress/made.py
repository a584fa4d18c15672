"""Candidates, costs and qualities made by hand."""

from passante.compress.candidate import Candidate
from passante.compress.cost import Fusion
from passante.compress.measure import Cost, Timing
from passante.compress.tasks.outcome import Quality, Share, What
from passante.evaluate.rates import Rate


def candidate(name="int8", *, is_parent=False, data=b"network", mmac=100.0):
    return Candidate(
        name, "made by hand", data, (64, 48), mmac, 10, Fusion(9, 10, 1), 20.0, is_parent=is_parent
    )


def cost(cpu_ms=10.0, grown_mb=20.0):
    timings = (
        Timing(1, cpu_ms, cpu_ms * 1.2, cpu_ms),
        Timing(2, cpu_ms / 1.5, cpu_ms, cpu_ms * 1.1),
    )
    return Cost(timings, 60.0 + grown_mb, grown_mb, 20)


def share(kept, of=200, *, what=What.KEPT, group="all", before=None):
    return Share(what, group, Rate.of(kept, of), Rate.of(of if before is None else before, of))


def quality(*shares, extra=0.0):
    return Quality(tuple(shares) or (share(200),), extra, 50)
