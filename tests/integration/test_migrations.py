"""Migrations lead to the schema that the models describe, from which the tests' own database is made."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]

COLUMNS = """
    SELECT table_name || '.' || column_name || ' ' || udt_name || ' ' || is_nullable
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'django_migrations'
"""
CONSTRAINTS = """
    SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'django_migrations'
"""
INDEXES = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'django_migrations'"
TRIGGERS = """
    SELECT pg_get_triggerdef(pg_trigger.oid) || ' ' || prosrc
    FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid WHERE NOT tgisinternal
"""
PARTS = {"columns": COLUMNS, "constraints": CONSTRAINTS, "indexes": INDEXES, "triggers": TRIGGERS}


@pytest.fixture
def migrated() -> Iterator[str]:
    """The address of an empty database of its own, brought up by `manage.py migrate`."""
    server = urlsplit(os.environ["DATABASE_URL"])
    name = f"migrated_{os.getpid()}"
    admin = psycopg2.connect(server.geturl())
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    address = server._replace(path=f"/{name}").geturl()
    environment = os.environ | {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "config.settings"}
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=environment, check=True)
    yield address
    with admin.cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}"')
    admin.close()


@pytest.mark.django_db
def test_migrations_and_models_make_the_same_schema(migrated: str) -> None:
    other = psycopg2.connect(migrated)
    differences: dict[str, Any] = {}
    for part, statement in PARTS.items():
        with connection.cursor() as mine, other.cursor() as theirs:
            mine.execute(statement)
            theirs.execute(statement)
            models, migrations = {row[0] for row in mine.fetchall()}, {row[0] for row in theirs.fetchall()}
        assert models, part
        if models != migrations:
            differences[part] = (sorted(models - migrations)[:5], sorted(migrations - models)[:5])
    other.close()
    assert differences == {}
