"""Rate limits of pages: so many requests from one address or person in a window of time, counted in the cache."""

import time
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from common.exceptions import TooManyRequests

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}


def check_rate(request: HttpRequest, scope: str, *, now: float | None = None, sender: str = "") -> None:
    """Count this request under settings.PAGE_RATES[scope]; raises TooManyRequests when there were too many. `sender` is
    who is counted, by default the address that the request comes from."""
    most, _slash, unit = settings.PAGE_RATES[scope].partition("/")
    length = SECONDS[unit]
    moment = time.time() if now is None else now
    window = int(moment // length)
    key = f"rate:{scope}:{sender or sender_of(request)}:{window}"
    cache.add(key, 0, timeout=length + 1)
    if cache.incr(key) > int(most):
        raise TooManyRequests(max(1, round((window + 1) * length - moment)))


def sender_of(request: HttpRequest) -> str:
    """The address that a request came from, looking past TRUSTED_PROXY_COUNT proxies; of IPv6 the /64 network, since
    one household holds it whole."""
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    address = str(request.META.get("REMOTE_ADDR", ""))
    if settings.TRUSTED_PROXY_COUNT and forwarded:
        address = forwarded[-min(settings.TRUSTED_PROXY_COUNT, len(forwarded))]
    try:
        known = ip_address(address)
    except ValueError:
        return "unknown"
    return str(ip_network((known, 64), strict=False)) if isinstance(known, IPv6Address) else str(known)
