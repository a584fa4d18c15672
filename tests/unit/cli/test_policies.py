from click.testing import CliRunner

from passante.cli.main import cli
from passante.protect.policy import Policy, Shipped


def test_every_policy_is_listed_with_what_it_leaves():
    ended = CliRunner().invoke(cli, ["policies", "list"])
    assert ended.exit_code == 0
    for name, line in zip(Shipped, ended.stdout.splitlines(), strict=True):
        assert line.startswith(name)
        assert line.endswith(Policy.named(name).leaves_visible())


def test_one_policy_is_shown_with_its_rules_and_hash():
    ended = CliRunner().invoke(cli, ["policies", "show", "person"])
    assert ended.exit_code == 0
    assert Policy.named("person").sha256 in ended.stdout
    assert f"# {Policy.named('person').leaves_visible()}" in ended.stdout
    assert '[person]\noperator = "silhouette"\n' in ended.stdout
    assert Policy.parse(ended.stdout, where="what was shown") == Policy.named("person")


def test_an_unknown_policy_names_the_nearest():
    ended = CliRunner().invoke(cli, ["policies", "show", "stret"])
    assert ended.exit_code == 2
    assert 'did you mean "street"?' in ended.stderr
