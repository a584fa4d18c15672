"""Exact counts become figures that are safe to publish, or nothing at all.

A stage: tallies come in, and at the end of every bucket statistics go out, in this order:

1. tallies are added up over the bucket and, for what lasts, over its seconds;
2. the ledger is asked, for every line and zone, whether the day's budget still bears it;
3. discrete Laplace noise is added, of a scale fixed by the rules alone;
4. wholes and parts are made to agree, and what is then small is suppressed.

What one person does within the bounds of the rules changes the probability of everything that is
published of a place on a day by a factor of e^epsilon at most. Steps 3 and 4 see which cells there
are, which is decided by what was drawn, and never who came.
"""

from __future__ import annotations

import math
from collections import Counter as Tallied
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from passante.core.bounds import FASTEST
from passante.core.clock import NS_PER_S
from passante.core.errors import ProtectError
from passante.core.names import (
    Counted,
    DirectionId,
    Kind,
    PlaceId,
    Quantity,
    Sort,
    StreamId,
    Unit,
    ZoneId,
)
from passante.inside.tally import Tally
from passante.outside._mint import MINT
from passante.outside.facts import Statistic
from passante.protect.facts import WallTime
from passante.protect.publish_cells import Told, consistent, suppress
from passante.protect.publish_ledger import Ledger
from passante.protect.publish_noise import Noise
from passante.protect.publish_rules import (
    LASTING,
    MEANS,
    PEAKS,
    SHORTEST_SOUND_S,
    SOUND,
    PublishRules,
    about_nobody,
)

_TWENTY = math.log(20)
"""Scales within which 95 % of Laplace noise lies."""

Account = tuple[StreamId, Quantity, ZoneId | None, Kind | None]
Part = tuple[Counted | None, DirectionId | None]
"""What one cell of an account counts, and which way."""


@dataclass(slots=True)
class _Cell:
    """One cell of the bucket that runs."""

    unit: Unit
    total: float = 0.0
    start_ns: int = 0
    end_ns: int = 0
    seconds: float = 0.0
    n: int = 0
    seen: bool = False

    def add(self, tally: Tally) -> None:
        peak = tally.quantity in PEAKS
        self.total = max(self.total, tally.total) if peak else self.total + tally.total
        self.n += tally.n
        self.start_ns = min(self.start_ns, tally.start_ns) if self.seen else tally.start_ns
        self.end_ns = max(self.end_ns, tally.end_ns)
        self.seconds += (tally.end_ns - tally.start_ns) / NS_PER_S
        self.seen = True


@dataclass(slots=True)
class _Bucket:
    number: int
    """Since 1970, of the length of the rules."""
    accounts: dict[Account, dict[Part, _Cell]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Figure:
    """What the figures of one account share."""

    account: Account
    scale: float
    """Of the noise, in what is added up."""
    epsilon: float


@dataclass(frozen=True, slots=True)
class _Value:
    """One figure, after its noise."""

    quantity: Quantity
    unit: Unit
    value: float | None
    scale: float
    uncertainty: float | None
    bias: float | None = None


class Publish:
    """Makes statistics of the tallies of one place.

    Args:
        place: Whose budget is spent.
        rules: What is published, with how much noise.
        ledger: Where it is written down.
        noise: Who draws it.
        wall_time: Time of day of the stream; a budget is one of a day.
    """

    def __init__(
        self,
        place: PlaceId,
        rules: PublishRules,
        ledger: Ledger,
        noise: Noise,
        wall_time: WallTime,
    ) -> None:
        self._place, self._rules, self._ledger = place, rules, ledger
        self._noise, self._wall_time = noise, wall_time
        self._open: dict[StreamId, _Bucket] = {}
        self.withheld: Tallied[Quantity] = Tallied()
        """Tallies that are never published, by quantity."""
        self.refused = 0
        """Lines and zones of a bucket for which the ledger had nothing left."""

    @property
    def delay_ns(self) -> int:
        """Figures come out at the end of their bucket."""
        return round(self._rules.bucket_s * NS_PER_S)

    def push(self, item: Tally, /) -> Iterable[Statistic]:
        """Statistics of the bucket that ends with `item`.

        Raises:
            ProtectError: Nobody knows the time of day, or the ledger cannot be written.
        """
        at = self._wall_time(item.start_ns)
        if at is None:
            raise ProtectError(
                f"stream {item.stream}: its time of day is not known, and a budget is of a day",
                hint="say when the recording began, with --began",
            )
        if about_nobody(item.quantity):
            return self._surroundings(item, at)
        if item.quantity not in self._rules.quantities:
            self.withheld[item.quantity] += item.quantity is not Quantity.FLOW
            return ()
        if isinstance(item.of, Sort) and not self._rules.sorts:
            self.withheld[item.quantity] += 1
            return ()
        of = Kind.VEHICLE if isinstance(item.of, Sort) else item.of
        if item.quantity in MEANS and (of is None or item.largest > FASTEST[of]):
            raise ProtectError(f"stream {item.stream}: a contribution is beyond its bound")
        number = _us(at) // self._rules.bucket_us
        bucket = self._open.get(item.stream)
        told: list[Statistic] = []
        if bucket is None or bucket.number != number:
            told += self._close(item.stream)
            bucket = self._open[item.stream] = _Bucket(number)
        account = item.stream, item.quantity, item.zone, of
        cells = bucket.accounts.setdefault(account, {})
        cells.setdefault((item.of, item.direction), _Cell(item.unit)).add(item)
        return told

    def flush(self) -> Iterable[Statistic]:
        """Statistics of the buckets that still run, of as much of them as there was."""
        return [one for stream in list(self._open) for one in self._close(stream)]

    def _surroundings(self, tally: Tally, at: datetime) -> tuple[Statistic, ...]:
        seconds = (tally.end_ns - tally.start_ns) / NS_PER_S
        short = tally.quantity in SOUND and seconds < SHORTEST_SOUND_S
        if not self._rules.surroundings or tally.of is not None or short:
            self.withheld[tally.quantity] += 1
            return ()
        if tally.value is None:
            return ()
        return (
            Statistic(
                quantity=tally.quantity,
                unit=tally.unit,
                place=self._place,
                stream=tally.stream,
                zone=tally.zone,
                of=None,
                direction=tally.direction,
                start_ns=tally.start_ns,
                end_ns=tally.end_ns,
                at=at,
                value=tally.value,
                suppressed=False,
                noise_scale=0.0,
                epsilon=None,
                uncertainty=None,
                mint=MINT,
            ),
        )

    def _close(self, stream: StreamId) -> Iterator[Statistic]:
        bucket = self._open.pop(stream, None)
        if bucket is None:
            return
        rules = self._rules
        names = {account: _name(account) for account in bucket.accounts}
        micro = int(rules.budget_micro * rules.share) // len(names)
        start_us = bucket.number * rules.bucket_us
        granted = self._ledger.claim(
            self._place,
            datetime.fromtimestamp(start_us / 1_000_000, UTC).date().isoformat(),
            span_us=(start_us, start_us + rules.bucket_us),
            wants=dict.fromkeys(names.values(), micro),
            budget_micro=rules.budget_micro,
        )
        for account, cells in bucket.accounts.items():
            if names[account] in granted:
                yield from self._tell(account, _parts(cells), micro / 1_000_000)
            else:
                self.refused += 1

    def _tell(
        self, account: Account, cells: dict[Part, _Cell], epsilon: float
    ) -> Iterator[Statistic]:
        _, quantity, _, of = account
        if quantity in MEANS:
            yield from self._means(account, cells, epsilon)
            return
        noisy = self._noise.add(
            [round(cell.total) for cell in cells.values()],
            sensitivity=self._rules.sensitivity(quantity),
            epsilon=epsilon,
        )
        if quantity in LASTING:
            # seconds: as many as noise alone gives once in twenty times
            least = math.ceil(_TWENTY * noisy.scale)
            told = suppress_each(noisy.values, least=least)
        elif quantity is Quantity.CROSSINGS and len(cells) > 1:
            total, parts = consistent(noisy.values)
            told = suppress(total, parts, least=self._rules.least)
        else:
            told = suppress_each(noisy.values, least=self._rules.least)
        figure = _Figure(account, noisy.scale, epsilon)
        for (part, cell), value in zip(cells.items(), told.parts, strict=True):
            yield from self._figures(figure, part, cell, value)
        if quantity is Quantity.CROSSINGS and len(cells) > 1:
            whole = replace(figure, scale=noisy.scale * math.sqrt(len(cells)), epsilon=0.0)
            yield from self._figures(whole, (of, None), next(iter(cells.values())), told.total)

    def _means(
        self, account: Account, cells: dict[Part, _Cell], epsilon: float
    ) -> Iterator[Statistic]:
        """Means of speeds: a noisy sum over a noisy count, each for half of epsilon."""
        of = account[3]
        assert of is not None
        passes, fastest = self._rules.passes, FASTEST[of]
        counts = self._noise.add(
            [cell.n for cell in cells.values()], sensitivity=passes, epsilon=epsilon / 2
        )
        # in tenths; rounding can add one for each bucket that the person is in
        sums = self._noise.add(
            [round(10 * cell.total) for cell in cells.values()],
            sensitivity=math.ceil(10 * fastest * passes) + passes,
            epsilon=epsilon / 2,
        )
        for at, (part, cell) in enumerate(cells.items()):
            n = max(counts.values[at], self._rules.least)
            mean = min(max(sums.values[at] / 10 / n, 0.0), fastest)
            scale = sums.scale / 10 / n
            hidden = counts.values[at] < self._rules.least
            yield self._statistic(
                _Figure(account, scale, epsilon),
                part,
                cell,
                _Value(
                    account[1],
                    cell.unit,
                    None if hidden else mean,
                    scale,
                    None if hidden else _TWENTY * math.hypot(scale, mean * counts.scale / n),
                ),
            )

    def _figures(
        self, figure: _Figure, part: Part, cell: _Cell, value: int | None
    ) -> Iterator[Statistic]:
        quantity = figure.account[1]
        counter = self._rules.counts(quantity, part[0])
        forms = [(quantity, cell.unit, 1.0, figure)]
        if quantity in LASTING and cell.seconds:
            forms = [(quantity, cell.unit, 1 / cell.seconds, figure)]
        if quantity is Quantity.CROSSINGS and cell.seconds:
            # worked out of the noisy figure: it tells nothing more and costs nothing more
            free = replace(figure, epsilon=0.0)
            forms.append((Quantity.FLOW, Unit.PER_HOUR, 3600 / cell.seconds, free))
        for form, unit, factor, cost in forms:
            told, scale = None if value is None else value * factor, figure.scale * factor
            half = None
            if counter is not None and told is not None:
                half = math.hypot(counter.error * told, _TWENTY * scale)
            made = _Value(form, unit, told, scale, half, counter.bias if counter else None)
            yield self._statistic(cost, part, cell, made)

    def _statistic(self, figure: _Figure, part: Part, cell: _Cell, made: _Value) -> Statistic:
        (stream, _, zone, _), (of, direction) = figure.account, part
        return Statistic(
            quantity=made.quantity,
            unit=made.unit,
            place=self._place,
            stream=stream,
            zone=zone,
            of=of,
            direction=direction,
            start_ns=cell.start_ns,
            end_ns=cell.end_ns,
            at=self._wall_time(cell.start_ns),
            value=made.value,
            suppressed=made.value is None,
            noise_scale=made.scale,
            epsilon=figure.epsilon,
            uncertainty=made.uncertainty,
            bias=made.bias,
            mint=MINT,
        )


def _parts(cells: dict[Part, _Cell]) -> dict[Part, _Cell]:
    """Cells that share out a whole: by sort where there are sorts, and else as they are.

    Which there are is decided by what was drawn. Nothing that passes is in two of them, so that all
    of them cost what one costs.
    """
    sorted_ones = {part: cell for part, cell in cells.items() if isinstance(part[0], Sort)}
    return sorted_ones or cells


def suppress_each(values: Iterable[int], *, least: int) -> Told:
    """Each by itself: they are parts of nothing."""
    return Told(None, tuple(value if value >= least else None for value in values))


def _name(account: Account) -> str:
    stream, quantity, zone, of = account
    return "/".join(str(part) if part is not None else "-" for part in (stream, zone, of, quantity))


def _us(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
