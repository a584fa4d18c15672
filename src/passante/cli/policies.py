"""`passante policies`: what each policy hides, and what it leaves."""

from __future__ import annotations

import click

from passante.protect.policy import Policy, Shipped


@click.group()
def policies() -> None:
    """Show what each policy hides and what it leaves."""


@policies.command("list")
def list_() -> None:
    """The policies that come with the package, and what each leaves."""
    width = max(len(name) for name in Shipped)
    for name in Shipped:
        click.echo(f"{name:<{width}}  {Policy.named(name).leaves_visible()}")


@policies.command()
@click.argument("policy", metavar="NAME|FILE.toml")
def show(policy: str) -> None:
    """One policy as a file to start from, with its hash.

    Whatever it leaves out is filled in.
    """
    found = Policy.find(policy)
    click.echo(f"# {found.leaves_visible()}")
    click.echo(f"# sha256 {found.sha256}")
    click.echo(found.as_toml(), nl=False)
