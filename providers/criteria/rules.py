"""The formulas of criteria: parsed against the signals that the portal knows, never evaluated as code."""

from typing import Protocol

from engine.formula_grammar import TRUTH
from engine.formulas import Formula, parse_formula
from providers.criteria.judge import Rule
from providers.criteria.signals import SIGNAL_NAMES


class RuleText(Protocol):
    """What a rule is built from: a Criterion, or the text of one that is being checked."""

    key: str
    kind: str
    pass_when: str
    fail_when: str


def parse_condition(text: str) -> Formula:
    """A condition over signal names; raises EngineError that names the word at fault."""
    return parse_formula(text, SIGNAL_NAMES, kind=TRUTH)


def build_rule(text: RuleText) -> Rule:
    """Parse the formulas of one criterion; raises EngineError of `pass_when` or `fail_when`."""
    fail_when = parse_condition(text.fail_when) if text.fail_when.strip() else None
    return Rule(text.key, text.kind, parse_condition(text.pass_when), fail_when)
