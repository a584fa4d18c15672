"""`passante policies`: what each policy hides, and what it leaves."""

from __future__ import annotations

import click

from passante.protect.policy import Policy, Shipped


@click.group()
def policies() -> None:
    """Show what each policy hides and what it leaves."""


@policies.command("list")
def list_() -> None:
    """The policies that come with the package, each with what it leaves to see and hear."""
    width = max(len(name) for name in Shipped)
    for name in Shipped:
        click.echo(f"{name:<{width}}  {Policy.named(name).leaves_visible()}")


@policies.command()
@click.argument("policy", metavar="NAME|FILE.toml")
def show(policy: str) -> None:
    """One policy: its rules with everything that was left out filled in, and its hash."""
    found = Policy.find(policy)
    click.echo(f"policy {found.name}, version {found.version}")
    click.echo(f"sha256 {found.sha256}")
    click.echo(found.leaves_visible())
    for kind, rule in found.rules.items():
        click.echo(f"{kind:<7} {rule}")
