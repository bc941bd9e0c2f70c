"""Judging: criteria and signals in, one verdict per provider and criterion out. No database, no clock.

One applicant and a hundred thousand providers take the same way: each formula is evaluated once over whole columns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.formulas import Formula
from providers.criteria.enums import CriterionKind, Moment, Verdict
from providers.signals import Floats


@dataclass(frozen=True)
class Rule:
    """One criterion, its formulas parsed. `signals` are the names it rests on, in a fixed order."""

    key: str
    kind: str
    pass_when: Formula
    fail_when: Formula | None

    @property
    def signals(self) -> tuple[str, ...]:
        return tuple(sorted({*self.pass_when.columns, *(self.fail_when.columns if self.fail_when else ())}))


@dataclass(frozen=True)
class Verdicts:
    """`matrix` is providers x criteria of `Verdict`; its columns follow `keys`."""

    keys: tuple[str, ...]
    matrix: NDArray[np.int8]

    @property
    def outcomes(self) -> NDArray[np.int8]:
        """The worst verdict per provider: a definite pass only when every criterion passes."""
        if not self.keys:
            return np.full(len(self.matrix), Verdict.HUMAN, dtype=np.int8)
        return np.asarray(self.matrix.max(axis=1), dtype=np.int8)

    def of(self, key: str) -> NDArray[np.int8]:
        """The verdicts on one criterion."""
        return self.matrix[:, self.keys.index(key)]


def judge(rules: Sequence[Rule], signals: Mapping[str, Floats], *, size: int, moment: str = Moment.DOOR) -> Verdicts:
    """Judge `size` providers on `rules`. A signal that is missing or NaN is unknown; what stays open needs a human.

    A discretionary exclusion never fails at the door: the applicant's mitigating facts are weighed first.
    """
    unknown = np.full(size, np.nan)
    columns = {name: signals.get(name, unknown) for rule in rules for name in rule.signals}
    matrix = np.full((size, len(rules)), Verdict.HUMAN, dtype=np.int8)
    for index, rule in enumerate(rules):
        matrix[holds(rule.pass_when, columns, size), index] = Verdict.PASS
        if rule.fail_when is not None:
            lenient = rule.kind == CriterionKind.DISCRETIONARY_EXCLUSION and moment == Moment.DOOR
            failed = holds(rule.fail_when, columns, size)
            matrix[failed, index] = Verdict.HUMAN if lenient else Verdict.FAIL
    return Verdicts(tuple(rule.key for rule in rules), matrix)


def holds(formula: Formula, columns: Mapping[str, Floats], size: int) -> NDArray[np.bool_]:
    """Where the condition is true; unknown is not true."""
    read = {name: columns[name] for name in formula.columns}
    return np.broadcast_to(formula.evaluate(read) == 1, (size,))
