from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CommonConfig(AppConfig):
    name = "common"

    def ready(self) -> None:
        # `enqueue` looks task names up before it writes a job, in the web process as well as in the worker.
        autodiscover_modules("tasks")
