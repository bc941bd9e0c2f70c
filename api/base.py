"""What every endpoint shares: idempotency keys on POST, and actions offered by the transition tables."""

from typing import Any

from django.utils.crypto import salted_hmac
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from common.idempotency import services as idempotency
from common.idempotency.models import StoredResponse
from common.problems import CONTENT_TYPE
from common.states import ActionOffer


class _Replayed(Exception):
    def __init__(self, stored: StoredResponse) -> None:
        self.stored = stored


class IdempotentMixin(APIView):
    """A POST with an `Idempotency-Key` header is carried out once; repeats within 24 hours get the first answer.

    Put it before the view class. Answers of 500 and above are not kept, so that a repeat tries again.
    """

    _stored: StoredResponse | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        key = request.headers.get("Idempotency-Key")
        if request.method != "POST" or key is None or not isinstance(request.user, User):
            return
        stored = idempotency.begin(user=request.user, key=key, request_digest=_digest(request))
        if stored.status is not None:
            raise _Replayed(stored)
        self._stored = stored

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, _Replayed):
            refused = (exc.stored.status or 0) >= 400
            return Response(
                exc.stored.body,
                status=exc.stored.status,
                headers={"Idempotent-Replay": "true"},
                content_type=CONTENT_TYPE if refused else None,
            )
        try:
            return super().handle_exception(exc)
        except Exception:
            if self._stored is not None:
                idempotency.abandon(self._stored)
                self._stored = None
            raise

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        final: Response = super().finalize_response(request, response, *args, **kwargs)
        if self._stored is not None:
            if final.status_code >= 500:
                idempotency.abandon(self._stored)
            else:
                idempotency.finish(self._stored, status=final.status_code, body=final.data)
        return final


def _digest(request: Request) -> str:
    """Method, address and body; of an upload its name and size, since its bytes may be many."""
    parts = [request.method or "", request.get_full_path()]
    parts += [f"{name}={file.name}:{file.size}" for name, file in sorted(request.FILES.items())]
    if request.FILES:
        parts += [f"{name}={value}" for name, value in sorted(request.POST.items())]
    else:
        parts.append(repr(request.data))
    # Keyed, for a body may hold what must not be guessed from its digest, such as an identity number.
    return str(salted_hmac("idempotency", "\n".join(parts), algorithm="sha256").hexdigest())


def describe_offers(offers: list[ActionOffer]) -> list[dict[str, Any]]:
    """`allowed_actions` of a representation."""
    return [
        {
            "action": offer.action,
            "label": str(offer.label),
            "to": offer.to,
            "needs_note": offer.needs_note,
            "allowed": offer.allowed,
            "reason": str(offer.reason),
        }
        for offer in offers
    ]
