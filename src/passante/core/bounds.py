"""Bounds that no data chose: what one contribution to a statistic can be at most."""

from __future__ import annotations

from passante.core.names import Kind

FASTEST: dict[Kind, float] = {Kind.PERSON: 12.0, Kind.VEHICLE: 40.0}
"""m/s. Faster movers count as this fast, so that one of them changes a mean by so much at most."""
