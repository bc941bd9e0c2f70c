"""Work of the nights: the clocks of certificates."""

from celery import shared_task

from providers.traders import certificate_services


@shared_task(name="providers.watch_certificates")
def watch_certificates() -> None:
    """Close the certificates that have expired, announce those that will."""
    certificate_services.watch_certificates()
