"""Makes sure that companies can apply."""

from typing import Any

from django.core.management.base import BaseCommand

from providers.windows.services import load_default_windows


class Command(BaseCommand):
    help = "Open the admission window that every portal begins with. A second time it does nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        made = load_default_windows()
        self.stdout.write(f"Opened {made[0].code}." if made else "The window is there already.")
