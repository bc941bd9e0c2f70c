"""Django's command line for the portal."""

import os
import sys

import redis
from django.core.management import execute_from_command_line
from django.db import OperationalError

from config import env
from config.services.places import LaunchError
from config.services.probe import check_services


def main() -> None:
    """Run a command; what is wrong with the configuration or the services is said in a sentence, with exit code 2."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except env.ConfigurationError as error:
        stop(error)
    except (OperationalError, redis.ConnectionError):
        environment = env.load()
        try:
            check_services(environment.database_url, environment.redis_url)
        except LaunchError as error:
            stop(error)
        raise


def stop(reason: Exception) -> None:
    sys.stderr.write(f"{reason}\n")
    sys.exit(2)


if __name__ == "__main__":
    main()
