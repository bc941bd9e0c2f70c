"""The engine's faults as refusals of the portal, in the viewer's language."""

from django.utils.translation import gettext as _

from common.engine_texts import PHRASE_PLACES
from common.exceptions import InvalidInput
from engine.errors import EngineError


def refuse(error: EngineError, *, field: str = "") -> InvalidInput:
    """The refusal for an engine fault. `field` is the input that holds the faulty text; the fault's own path, such as
    `metrics[3].weight`, then stands in the sentence."""
    message = fill(error.message_template, error)
    path = error.field
    if field and path:
        message = _("%(path)s: %(message)s") % {"path": path, "message": message}
    return InvalidInput(
        message, field=field or path or None, remedy=fill(error.remedy_template, error), code=error.code
    )


def fill(template: str, error: EngineError) -> str:
    """A translated template with the fault's values."""
    text = _(template) if template else ""
    params = {name: _(str(value)) if name in PHRASE_PLACES else value for name, value in error.params.items()}
    return text % params if params else text
