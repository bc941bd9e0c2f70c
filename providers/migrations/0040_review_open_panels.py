"""Opens a panel for each application that waits already, on the rubric that the portal ships."""

import tomllib
from pathlib import Path

from django.db import migrations

RUBRIC = Path(__file__).resolve().parents[1] / "admission" / "review" / "rubric_default.toml"


def open_panels(apps, schema_editor):
    waiting = list(apps.get_model("providers", "Application").objects.filter(status="submitted"))
    if not waiting:
        return
    shipped = tomllib.loads(RUBRIC.read_text())
    rubric = apps.get_model("providers", "Rubric").objects.create(number=1, margin=shipped.pop("margin"))
    level_model = apps.get_model("providers", "RubricLevel")
    level_model.objects.bulk_create(
        level_model(rubric=rubric, capability=capability, level=level, text_zh=zh, text_en=en)
        for capability, texts in shipped.items()
        for level, (zh, en) in enumerate(zip(texts["zh"], texts["en"], strict=True))
    )
    for application in waiting:
        apps.get_model("providers", "Panel").objects.create(
            application=application, round=1, rubric=rubric, created_at=application.submitted_at
        )


class Migration(migrations.Migration):
    dependencies = [("providers", "0040_review")]

    operations = [migrations.RunPython(open_panels, migrations.RunPython.noop)]
