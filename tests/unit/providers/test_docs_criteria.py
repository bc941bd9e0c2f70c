"""docs/admission.md: the worked example of the criteria is replayed."""

import csv
import io
import re
from pathlib import Path

import numpy as np
import pytest

from providers.criteria.definition import read_definition
from providers.criteria.enums import OUTCOME_OF, Verdict
from providers.criteria.judge import judge
from providers.criteria.policies import check_criterion
from providers.criteria.rules import build_rule
from providers.criteria.sentences import say_finding

DOCUMENT = (Path(__file__).resolve().parents[3] / "docs" / "admission.md").read_text(encoding="utf-8")
EXAMPLE = DOCUMENT.split("### A worked example")[1].split("\n### ")[0]
BLOCKS = dict(re.findall(r"```(\w+)\n(.*?)```", EXAMPLE, re.DOTALL))
ROWS = list(csv.DictReader(io.StringIO(BLOCKS["csv"])))
CRITERIA = [
    entry.to_row(position=place) for place, entry in enumerate(read_definition(BLOCKS["toml"]).criteria, start=1)
]
SIGNALS = {
    name: np.array([float(row[name] or "nan") for row in ROWS]) for name in ("complaint_rate_90d", "sla_rate_90d")
}


@pytest.mark.parametrize("moment", ["door", "night"])
def test_the_outcomes(moment: str) -> None:
    for criterion in CRITERIA:
        check_criterion(criterion)
    verdicts = judge([build_rule(row) for row in CRITERIA], SIGNALS, size=len(ROWS), moment=moment)
    assert [OUTCOME_OF[int(outcome)] for outcome in verdicts.outcomes] == [row[moment] for row in ROWS]
    if moment == "door":
        for key in verdicts.keys:
            assert [Verdict(int(one)).name.lower() for one in verdicts.of(key)] == [row[key] for row in ROWS]


@pytest.mark.usefixtures("english")
def test_the_sentence() -> None:
    sentence = say_finding(CRITERIA[0], {"complaint_rate_90d": 0.008})
    assert sentence in " ".join(EXAMPLE.split())
