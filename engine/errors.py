"""The one exception of the engine: a stable code, the field at fault, a plain sentence and the remedy."""

from collections.abc import Mapping


class EngineError(ValueError):
    """Bad input, told so that a person can mend it.

    `message` and `remedy` are templates with `%(name)s` places filled from `params`; a caller that translates takes
    `message_template` and `remedy_template` as its message ids and fills in the same `params`. `code` never changes
    for the same fault; `field` is the path of what is wrong, such as `metrics[3].weight`, or empty.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        field: str = "",
        remedy: str = "",
        params: Mapping[str, object] | None = None,
    ) -> None:
        self.code = code
        self.field = field
        self.params: dict[str, object] = dict(params or {})
        self.message_template = message
        self.remedy_template = remedy
        self.message = message % self.params if self.params else message
        self.remedy = remedy % self.params if self.params else remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        text = f"{self.message} {self.remedy}".strip()
        return f"{self.field}: {text}" if self.field else text

    def at(self, field: str) -> "EngineError":
        """The same fault, told of `field` (a formula's error becomes the error of the metric that holds it)."""
        return EngineError(
            self.code, self.message_template, field=field, remedy=self.remedy_template, params=self.params
        )
