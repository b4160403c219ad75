"""`lianxin serve --demo` never lays real registers behind accounts that anybody may take; `--host` needs accounts."""

import subprocess
import sys

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


def test_a_host_without_accounts_is_refused_with_what_to_do(tmp_ledger: Ledger) -> None:
    command = [sys.executable, "-c", "import cli; cli.main()", "serve", "--host", "0.0.0.0", "--ledger", tmp_ledger.url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2, done
    assert "请先建一个（lianxin user add 账户名 --role administrator）" in done.stderr
    assert "Make the first one (lianxin user add NAME --role administrator)" in done.stderr
    assert "Traceback" not in done.stderr
