"""Validating a row in one statement.

Django's `full_clean` asks the database once for each foreign key and each unique field, and three times for each
constraint, which was more than half of the time that a small write took.
"""

from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import CheckConstraint, UniqueConstraint


class Checked(models.Model):
    """A row whose `full_clean` sends one statement; Django's own is asked for the words when something is wrong."""

    class Meta:
        abstract = True

    def full_clean(
        self,
        exclude: Iterable[str] | None = None,
        validate_unique: bool = True,
        validate_constraints: bool = True,
    ) -> None:
        """As Django has it: raises ValidationError with all faults."""
        partly = exclude or not validate_unique or not validate_constraints
        if partly or not self._is_faultless():
            super().full_clean(exclude, validate_unique, validate_constraints)

    def _is_faultless(self) -> bool:
        # Whether a key's other row exists is told by the statement; that a key is missing is told by the field.
        keys = {field.name for field in _keys(type(self)) if getattr(self, field.attname) is not None}
        try:
            super().full_clean(exclude=keys, validate_unique=False, validate_constraints=False)
            for rule in self._meta.constraints:
                if not _is_told(rule):
                    rule.validate(type(self), self)
        except ValidationError:
            return False
        return _all_hold(self)


def _is_told(rule: models.BaseConstraint) -> bool:
    """Whether the statement tells if this rule holds: checks, and uniqueness of columns."""
    plain = isinstance(rule, UniqueConstraint) and rule.fields and rule.nulls_distinct is None
    return bool(isinstance(rule, CheckConstraint) or plain)


def _all_hold(row: models.Model) -> bool:
    """Whether `row` breaks none of the rules that its table's statement tells; False also where it cannot be asked."""
    statement, fields = _statement(type(row))
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    if any(hasattr(value, "resolve_expression") for value in values):
        return False
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        # Unknown counts as held, as it does for the table.
        return cursor.fetchone()[0] is not False


def _keys(model: type[models.Model]) -> Iterator[Any]:
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and not field.primary_key and not field.get_limit_choices_to():
            yield field


@cache
def _statement(model: Any) -> tuple[str, list[Any]]:
    """The rules of a table (foreign keys, unique fields, constraints that can be told) over one row of parameters, and
    the fields of these."""
    meta = model._meta
    names, terms = {meta.pk.name}, ["TRUE"]
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        for field in _keys(model):
            names.add(field.name)
            terms.append(_exists(field, editor))
        for unique in [(field.name,) for field in meta.concrete_fields if field.unique and not field.primary_key]:
            names.update(unique)
            terms.append(_is_unique(model, unique, "TRUE", editor))
        for rule in meta.constraints:
            if isinstance(rule, CheckConstraint):
                names |= rule.condition.referenced_base_fields  # type: ignore[union-attr]
                terms.append(rule._get_check_sql(model, editor))  # type: ignore[attr-defined]
            elif _is_told(rule):
                names |= {*rule.fields, *(rule.condition.referenced_base_fields if rule.condition else ())}
                condition = rule._get_condition_sql(model, editor) or "TRUE"
                terms.append(_is_unique(model, rule.fields, condition, editor))
        fields = [meta.get_field(name) for name in sorted(names)]
        columns = [f"%s::{_cast(field)} AS {editor.quote_name(field.column)}" for field in fields]
    rules = " AND ".join(f"({term.replace('%', '%%')})" for term in terms)
    return f"SELECT {rules} FROM (SELECT {', '.join(columns)}) AS given", fields  # noqa: S608 - names are quoted


def _cast(field: Any) -> str:
    return str(field.rel_db_type(connection) if isinstance(field, models.AutoField) else field.db_type(connection))


def _exists(field: Any, editor: BaseDatabaseSchemaEditor) -> str:
    """That the row which a foreign key names is there."""
    column, other = editor.quote_name(field.column), editor.quote_name(field.related_model._meta.db_table)
    target = editor.quote_name(field.target_field.column)
    there = f"SELECT 1 FROM {other} WHERE {other}.{target} = given.{column}"  # noqa: S608 - names are quoted
    return f"given.{column} IS NULL OR EXISTS ({there})"


def _is_unique(model: Any, names: Collection[str], condition: str, editor: BaseDatabaseSchemaEditor) -> str:
    """That no other row has the same columns, where both fulfil the condition."""
    table, key = (editor.quote_name(name) for name in (model._meta.db_table, model._meta.pk.column))
    columns = [editor.quote_name(model._meta.get_field(name).column) for name in names]
    same = " AND ".join(f"{table}.{column} = given.{column}" for column in columns)
    another = f"{same} AND {table}.{key} IS DISTINCT FROM given.{key}"
    other = f"SELECT 1 FROM {table} WHERE {another} AND ({condition})"  # noqa: S608 - names are quoted
    return f"NOT (({condition}) AND EXISTS ({other}))"
