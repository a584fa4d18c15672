"""Where `passante watch` sends facts besides the screen: a store, a broker, and the public."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self, TypeVar

import click

from passante.core.broker import Broker
from passante.core.errors import SettingsError
from passante.core.names import PlaceId
from passante.outside.facts import ExactStatistic, Fact
from passante.protect.facts import WallTime
from passante.protect.publish import Publish
from passante.protect.publish_ledger import Ledger
from passante.protect.publish_noise import OpenDpNoise
from passante.protect.publish_rules import PublishRules
from passante.sinks.formats import Form
from passante.sinks.formats.site import Site
from passante.sinks.mqtt import MqttFacts
from passante.sinks.store import KEEP_EXACT, FactStore

_FILE = click.Path(dir_okay=False, path_type=Path)
DEFAULT_RULES = "default"

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--store", type=_FILE, metavar="DB", help="Also keep every fact in SQLite."),
    click.option(
        "--keep-exact", type=click.FloatRange(min=0), default=KEEP_EXACT.total_seconds() / 3600,
        show_default=True, metavar="HOURS", help="How long --store keeps exact figures.",
    ),
    click.option(
        "--mqtt", metavar="URL",
        help="Send events, and what is published, to mqtt[s]://[user@]host[:port][/topic]; a "
        "password comes from PASSANTE_MQTT_PASSWORD.",
    ),
    click.option(
        "--mqtt-as", type=click.Choice([form.value for form in Form]),
        default=Form.CLOUDEVENTS.value, show_default=True, help="In which standard.",
    ),
    click.option("--mqtt-ca", type=_FILE, metavar="PEM", help="What the broker is checked with."),
    click.option("--mqtt-cert", type=_FILE, metavar="PEM", help="Our own certificate."),
    click.option("--mqtt-key", type=_FILE, metavar="PEM", help="Its key."),
    click.option("--site", type=_FILE, metavar="SITE.toml", help="Where it is, for --mqtt-as."),
    click.option(
        "--publish", metavar=f"RULES.toml|{DEFAULT_RULES}",
        help="Also make statistics that are safe to publish: with noise, small ones hidden.",
    ),
    click.option("--ledger", type=_FILE, metavar="FILE", help="Where --publish keeps its budget."),
    click.option(
        "--began", type=click.DateTime(), metavar="TIME",
        help="When the recording began, UTC, where it does not say so itself.",
    ),
)  # fmt: skip


def outlet_options(command: Command) -> Command:
    """The options of a command that `Outlets.open` understands."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What was asked for."""

    store: Path | None
    keep_exact: float
    mqtt: str | None
    mqtt_as: str
    mqtt_ca: Path | None
    mqtt_cert: Path | None
    mqtt_key: Path | None
    site: Path | None
    publish: str | None
    ledger: Path | None
    began: datetime | None


class Outlets:
    """Opened from the options; whoever opens it closes it."""

    def __init__(
        self,
        store: FactStore | None,
        broker: MqttFacts | None,
        public: tuple[PublishRules, Ledger, OpenDpNoise] | None,
        began: datetime | None,
    ) -> None:
        self._store, self._broker, self._public = store, broker, public
        self._publishing: list[Publish] = []
        self.began = began
        """When the recording began, aware UTC; None where it says so itself."""

    @classmethod
    def open(cls, reach: Reach) -> Self:
        """Open what was asked for.

        Raises:
            SettingsError: Something does not go together, or a library is not installed.
            ProtectError: The ledger cannot be used.
            SinkError: The store cannot be written.
        """
        public = _public(reach)
        store = broker = None
        if reach.store is not None:
            store = FactStore(reach.store, keep_exact=timedelta(hours=reach.keep_exact))
        if reach.mqtt is not None:
            where = Broker.parse(
                reach.mqtt,
                authority=reach.mqtt_ca,
                certificate=reach.mqtt_cert,
                key=reach.mqtt_key,
            )
            site = Site.load(reach.site) if reach.site else Site()
            name = f"passante-{where.user or 'edge'}-{where.topic.replace('/', '-')}"
            broker = MqttFacts(where, client=name[:64], form=Form(reach.mqtt_as), site=site)
        began = None if reach.began is None else reach.began.replace(tzinfo=UTC)
        return cls(store, broker, public, began)

    @property
    def publisher(self) -> Callable[[PlaceId, WallTime], Publish] | None:
        """Makes the stage of one recording; None where nothing is published."""
        return None if self._public is None else self._publisher

    def _publisher(self, place: PlaceId, wall_time: WallTime) -> Publish:
        assert self._public is not None
        rules, ledger, noise = self._public
        self._publishing.append(Publish(place, rules, ledger, noise, wall_time))
        return self._publishing[-1]

    def write(self, fact: Fact) -> None:
        """Everywhere it may go: exact figures go into the store and nowhere else."""
        if self._store is not None:
            self._store.write(fact)
        if self._broker is not None and not isinstance(fact, ExactStatistic):
            self._broker.write(fact)

    def close(self) -> None:
        """Finish; says what the ledger refused.

        Raises:
            SinkError: Facts did not reach the broker.
        """
        refused = sum(one.refused for one in self._publishing)
        if refused:
            click.echo(
                f"  warning: {refused} figures were not published: told before, or the day's "
                "budget is spent",
                err=True,
            )
        if self._public is not None:
            self._public[1].close()
        if self._store is not None:
            self._store.close()
        if self._broker is not None:
            self._broker.close()


def _public(reach: Reach) -> tuple[PublishRules, Ledger, OpenDpNoise] | None:
    if reach.publish is None:
        return None
    if reach.ledger is None:
        raise SettingsError(
            "--publish needs a ledger of what was published",
            hint="name one file for all runs at this place: --ledger publish.ledger",
        )
    rules = (
        PublishRules() if reach.publish == DEFAULT_RULES else PublishRules.load(Path(reach.publish))
    )
    noise = OpenDpNoise()
    return rules, Ledger(reach.ledger), noise
