"""Prints one account per role of the demo world, and the other reviewers."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import override

from accounts.models import User
from demo.people import ACCOUNTS, PANELISTS, PASSWORD


class Command(BaseCommand):
    help = "Print one demo account for each role; nothing when the demo world was not loaded."

    def handle(self, *args: Any, **options: Any) -> None:
        accounts = (*ACCOUNTS, *PANELISTS)
        present = set(User.objects.filter(email__in=[a.email for a in accounts]).values_list("email", flat=True))
        rows = [account for account in accounts if account.email in present]
        with override("en"):  # like all else that the launcher says
            for account in rows:
                self.stdout.write(f"{account.email:26} {PASSWORD}  {account.role.label}")
