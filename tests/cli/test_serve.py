"""`lianxin serve --demo` never lays real registers behind a free choice of role."""

import pytest

from cli.serve import _refuse_real_data
from graph.ledger import Ledger
from lianxin.errors import BadQuestion


def test_a_demo_over_real_data_is_refused(chain_ledger: Ledger) -> None:
    with pytest.raises(BadQuestion, match="not synthetic") as refused:
        _refuse_real_data(chain_ledger)
    assert "上市公司产业链" in refused.value.zh


def test_a_demo_over_made_up_data_is_served(demo_ledger: Ledger, tmp_ledger: Ledger) -> None:
    _refuse_real_data(demo_ledger)
    _refuse_real_data(tmp_ledger)
