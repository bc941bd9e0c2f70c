"""The clock's work on documents."""

from celery import shared_task

from providers.documents.watching import sweep_files, watch


@shared_task(name="providers.watch_documents")
def watch_documents() -> None:
    watch()


@shared_task(name="providers.sweep_documents")
def sweep_documents() -> None:
    sweep_files()
