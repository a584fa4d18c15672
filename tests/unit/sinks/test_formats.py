from __future__ import annotations

import pytest

from passante.core.errors import BoundaryError
from passante.outside.facts import Event, Statistic
from passante.sinks.formats import Form, message
from passante.sinks.formats.site import Site
from told_facts import event, exact, statistic


@pytest.mark.parametrize("form", list(Form))
def test_every_form_tells_events_or_statistics(form: Form) -> None:
    told = [message(fact, form, Site()) for fact in (event(), statistic())]
    assert any(told)
    for one in told:
        if one is not None:
            assert one.body
            assert not set(one.topic) & set("+#")


@pytest.mark.parametrize("fact", [event(at=None), statistic(value=None, suppressed=True)])
def test_the_general_form_tells_everything(fact: Event | Statistic) -> None:
    assert message(fact, Form.CLOUDEVENTS, Site()) is not None


@pytest.mark.parametrize("form", list(Form))
def test_an_exact_figure_is_refused_by_every_form(form: Form) -> None:
    with pytest.raises(BoundaryError, match="never published"):
        message(exact(), form, Site())  # type: ignore[arg-type]
