"""Seasons that started before entries were kept: who stood in their newest night raced there."""

from django.db import migrations


def enter(apps, schema_editor):
    """One entry for each registered provider of the newest night of a track."""
    Track, Night = apps.get_model("scoring", "Track"), apps.get_model("scoring", "StandingNight")
    Standing, Entry = apps.get_model("scoring", "Standing"), apps.get_model("scoring", "Entry")
    for track in Track.objects.filter(season__started_at__isnull=False).select_related("season").order_by("pk"):
        night = Night.objects.filter(track=track).order_by("-day").first()
        raced = Standing.objects.filter(night=night).exclude(reason="external").order_by("provider_id")
        Entry.objects.bulk_create(
            [
                Entry(
                    season=track.season,
                    track=track,
                    ladder=track.ladder,
                    provider_id=provider_id,
                    entered_at=track.season.started_at,
                    entered_by_id=track.season.started_by_id,
                )
                for provider_id in raced.values_list("provider_id", flat=True)
            ],
            batch_size=2000,
        )


class Migration(migrations.Migration):
    dependencies = [("scoring", "0003_season_tracks_and_entries")]

    operations = [migrations.RunPython(enter, migrations.RunPython.noop)]
