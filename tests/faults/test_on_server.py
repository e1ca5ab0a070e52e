"""A line to PostgreSQL that breaks at any message: the old state or the new one, said in words."""

import pytest

from tests.faults.on_server import on_server
from tests.faults.stored import NewDrawing, Served

pytestmark = pytest.mark.slow


class InTwoSteps(Served):
    """Two changes that belong together, each for itself: what the enumeration is there to find."""

    name = "careless"

    def change(self, store, hand):
        del hand
        for model in ("linear", "mlp"):
            store.serve(model, 7)


def test_a_line_that_breaks_at_any_message_leaves_the_old_or_the_new(postgres):
    result = on_server(NewDrawing)().try_on(postgres)
    print(f"{result.name}: {result.steps} messages, tries {dict(result.tries)}")
    assert result.lost == []
    assert result.tries == {"before": result.steps, "after": result.steps}
    assert result.ends["old"] > 0 < result.ends["new"]


def test_a_write_in_two_steps_is_found_out(postgres):
    lost = on_server(InTwoSteps)().try_on(postgres, ["after"]).lost
    assert any("what is left is" in words for words in lost)
