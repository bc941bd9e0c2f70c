"""The season lab: order a trial of a draft's rules on past seasons, follow it, read what it found."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.permissions import has_permission
from common.audit.selectors import entries_of
from common.exceptions import NotFound
from common.templatetags.paddock import local_text
from pages import season_lab_words as words
from pages.actions import ActionView
from pages.base import ListPage, StaffPage, TitledPage
from pages.forms import FormPage
from pages.season_lab_tables import track_names
from pages.staff.tables_season_lab import ReplayMoveTable, say_deciding
from pages.staff.views_season import SeasonPage
from scoring.season_lab import selectors, services
from scoring.season_lab.filters import ReplayMoveFilter
from scoring.season_lab.forms import SeasonTrialForm
from scoring.season_lab.models import SeasonReplay, SeasonTrial
from scoring.season_lab.policies import TRIABLE
from scoring.season_lab.states import SEASON_TRIAL
from scoring.trials.permissions import offer_actions

SHOWN = 10


class SeasonLab(SeasonPage, FormPage):
    """The lab of one season: a new trial, and what earlier ones found."""

    template_name = "staff/season_lab.html"
    form_class = SeasonTrialForm
    submit_label = _("Try it")
    success_text = _("The trial has begun.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"season": self.season}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        season, name = self.season, local_text(self.season, "name")
        return super().get_context_data(
            title=_t("Season lab: %(season)s") % {"season": name},
            lead=_("Tries these rules on past seasons. Nothing is changed for anybody."),
            back_url=reverse("pages:staff:season_detail", args=[season.pk]),
            back_label=name,
            season=season,
            past=selectors.past_seasons(season).exists(),
            triable=season.status in TRIABLE,
            may_try=has_permission(self.request.user, "season.edit"),
            digest=services.digest_of_rules(season),
            trials=selectors.trials_of(season)[:20],
            **kwargs,
        )

    def save(self, form: forms.Form) -> SeasonTrial:
        chosen = [season.pk for season in form.cleaned_data["seasons"]]
        options = form.options()  # type: ignore[attr-defined]
        return services.start_trial(season_id=self.season.pk, by=self.request.user, season_ids=chosen, options=options)

    def get_success_url(self, saved: SeasonTrial) -> str:
        return reverse("pages:staff:season_trial", args=[saved.pk])


class TrialPage(StaffPage):
    """What the pages of one trial share."""

    permission = "season.view"

    def get_object(self) -> SeasonTrial:
        trials = selectors.trials_visible_to(self.request.user).select_related("season__scoring_model")
        trial = trials.filter(pk=self.kwargs["pk"]).first()
        if trial is None:
            raise NotFound()
        return trial

    @cached_property
    def trial(self) -> SeasonTrial:
        return self.get_object()


class TrialDetail(TrialPage, TitledPage):
    """Progress while it runs; all seasons together, and one line for each, after."""

    template_name = "staff/season_trial.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        trial = self.trial
        replays = list(selectors.replays_of(trial))
        return super().get_context_data(
            title=_t("Trial of the rules of %(season)s") % {"season": local_text(trial.season, "name")},
            lead=words.sum_up(replays) if replays else "",
            back_url=reverse("pages:staff:season_lab", args=[trial.season_id]),
            back_label=_("Season lab"),
            trial=trial,
            replays=replays,
            lines=words.list_seasons(replays),
            **(words.describe(replays) if replays else {}),
            is_present=trial.digest == services.digest_of_rules(trial.season),
            offers=offer_actions(trial, self.request.user),
            action_url=reverse("pages:staff:season_trial_act", args=[trial.pk]),
            entries=entries_of(trial),
            **kwargs,
        )


class TrialAct(TrialPage, ActionView):
    """Cancel a trial."""

    table = SEASON_TRIAL
    actions = services.ACTIONS
    id_name = "trial_id"
    done = {"cancel": _("Cancelled. Nothing was stored.")}

    def get_success_url(self, subject: SeasonTrial) -> str:
        return reverse("pages:staff:season_trial", args=[subject.pk])


class ReplayPage(StaffPage):
    """What the pages of one replayed season share."""

    permission = "season.view"

    @cached_property
    def replay(self) -> SeasonReplay:
        replay = selectors.replays_visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if replay is None:
            raise NotFound()
        return replay


class ReplayDetail(ReplayPage, TitledPage):
    """One past season by the tried rules: sentences, charts and tables."""

    template_name = "staff/season_replay.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        replay = self.replay
        moves = replay.moves.filter(differs=True).select_related("provider").order_by("ladder", "place", "pk")
        return super().get_context_data(
            title=_t("%(past)s by the rules of %(season)s")
            % {
                "past": local_text(replay.season, "name"),
                "season": local_text(replay.trial.season, "name"),
            },
            lead=words.sum_up([replay]),
            back_url=reverse("pages:staff:season_trial", args=[replay.trial_id]),
            back_label=_("Trial"),
            replay=replay,
            trial=replay.trial,
            **words.describe([replay]),
            **words.describe_one(replay),
            differing=[(move, say_deciding(move)) for move in moves[:SHOWN]],
            **kwargs,
        )


class ReplayMoves(ReplayPage, ListPage):
    """Every provider: what happened, and what the rules say."""

    title = _("Who fares how")
    table_class = ReplayMoveTable
    template_name = "staff/lab_move_list.html"
    filterset_class = ReplayMoveFilter
    export_name = "season-lab-moves"
    saved_as = "season_lab_moves"

    def get_queryset(self) -> Any:
        moves = selectors.moves_visible_to(self.request.user).filter(replay=self.replay)
        if "sort" in self.request.GET:
            return moves
        return moves.order_by("-differs", "ladder", "track", "place", "provider__code")

    def get_table_kwargs(self) -> dict[str, Any]:
        real = {track.key: local_text(track, "name") for track in self.replay.season.tracks.all()}
        return {
            "track_names": track_names(self.replay.trial),
            "real_names": lambda key: real.get(key, key),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            lead=_t("%(past)s by the rules of %(season)s")
            % {
                "past": local_text(self.replay.season, "name"),
                "season": local_text(self.replay.trial.season, "name"),
            },
            back_url=reverse("pages:staff:season_replay", args=[self.replay.pk]),
            back_label=_("Result"),
            **kwargs,
        )
