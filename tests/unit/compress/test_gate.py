import pytest

from passante.compress.gate import Limits, Passed, Reason, Refused, falls_short, judge
from passante.compress.tasks.outcome import What
from passante.core.errors import BoundaryError, SettingsError
from unit.compress.made import candidate, cost, quality, share

FAST, SLOW = {"onnxruntime": cost(10)}, {"onnxruntime": cost(25)}


def verdict(found, *, costs=FAST, parent=SLOW, limits="recall=1", protective=True, of=None):
    return judge(
        of or candidate(), found, costs, parent, limits=Limits.parse(limits), protective=protective
    )


def test_what_loses_nothing_and_is_faster_passes():
    passed = verdict(quality())
    assert isinstance(passed, Passed)
    assert passed.runtime == "onnxruntime"


def test_one_class_of_sizes_that_loses_too_much_refuses_a_protective_network():
    found = quality(share(1990, 2000), share(95, 100, group="0 to 24 px"))
    refused = verdict(found)
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.LOSES
    assert "0 to 24 px" in refused.words


def test_a_network_that_protects_nobody_is_held_to_the_whole_alone():
    found = quality(share(1990, 2000), share(95, 100, group="0 to 24 px"))
    assert isinstance(verdict(found, protective=False), Passed)


def test_recall_is_lost_beside_the_parents_own():
    lost = quality(share(90, 100, what=What.RECALL, before=92))
    assert verdict(lost).reason is Reason.LOSES
    assert isinstance(verdict(lost, limits="recall=2"), Passed)


def test_what_is_no_faster_than_its_parent_is_refused():
    assert verdict(quality(), costs=SLOW).reason is Reason.SLOWER


def test_the_parent_itself_need_not_be_faster_than_itself():
    assert isinstance(verdict(quality(), costs=SLOW, of=candidate("fp32", is_parent=True)), Passed)


def test_what_was_not_measured_on_its_target_is_refused():
    assert verdict(quality(), costs={}).reason is Reason.UNMEASURED


def test_nothing_to_judge_by_is_no_pass():
    assert verdict(quality(share(0, 0))).reason is Reason.UNJUDGED


def test_the_best_runtime_counts():
    both = {"onnxruntime": cost(30), "openvino": cost(9)}
    assert verdict(quality(), costs=both).runtime == "openvino"


def test_only_the_gate_says_that_a_network_passed():
    with pytest.raises(BoundaryError):
        Passed(candidate(), quality(), cost(), "onnxruntime", object())


def test_a_limit_on_recall_holds_for_what_is_kept():
    limits = Limits.parse("recall=0.5, accuracy=2")
    assert limits.of(What.KEPT) == 0.5
    assert limits.of(What.ACCURACY) == 2
    assert limits.of(What.AGREEMENT) == 1


@pytest.mark.parametrize("text", ["recal=1", "recall=much", "recall=101", "recall"])
def test_limits_nobody_knows_are_errors(text):
    with pytest.raises(SettingsError):
        Limits.parse(text)


def test_doing_enough_is_told_before_any_cost_is():
    limits = Limits.parse("recall=1")
    assert falls_short(candidate(), quality(), limits=limits, protective=True) is None


def test_a_network_that_finds_what_is_not_there_is_refused():
    refused = falls_short(
        candidate(), quality(extra=0.6), limits=Limits.parse(""), protective=False
    )
    assert refused.reason is Reason.VAIN
    assert falls_short(
        candidate(), quality(extra=0.6), limits=Limits.parse("extra=1"), protective=True
    ) is None  # fmt: skip


def test_nobody_whom_the_parent_covers_may_be_left_bare():
    found = quality(share(999, 1000, what=What.TRACKS))
    refused = falls_short(candidate(), found, limits=Limits.parse("recall=5"), protective=True)
    assert refused.reason is Reason.LOSES
    assert "tracks" in refused.words


def test_agreement_refuses_nobody_who_says_what_is_right():
    same, right = share(40, 100, what=What.AGREEMENT), share(90, 100, what=What.ACCURACY, before=90)
    assert isinstance(verdict(quality(same, right), protective=False), Passed)
    assert verdict(quality(same), protective=False).reason is Reason.LOSES
    short = share(88, 100, what=What.TOLD, before=90)
    assert verdict(quality(right, short), protective=False).reason is Reason.LOSES


def test_a_limit_said_twice_is_no_limit():
    with pytest.raises(SettingsError, match="twice"):
        Limits.parse("recall=1, recall=2")
