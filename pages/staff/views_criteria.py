"""Criteria sets: list, one set, comparison, download, publishing, dry run."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.generic.base import View

from accounts.permissions import has_permission
from common.audit.selectors import entries_of
from common.exceptions import NotFound
from common.jobs.models import Job
from common.templatetags.paddock import local_text
from pages.actions import ActionView
from pages.base import ListPage, StaffPage, TitledPage
from pages.criteria_words import describe_criteria, describe_dry_run
from pages.staff.tables_criteria import CriteriaSetTable
from providers.conduct.dry_run_services import begin_dry_run
from providers.criteria import selectors, services
from providers.criteria.comparison import compare_criteria
from providers.criteria.definition import dump_definition, set_text_of
from providers.criteria.enums import SetStatus
from providers.criteria.filters import CriteriaSetFilter
from providers.criteria.models import CriteriaSet
from providers.criteria.permissions import offer_actions
from providers.criteria.states import ACTIONS_OF_PEOPLE, CRITERIA_SET


class CriteriaSetList(StaffPage, ListPage):
    """All sets, the newest first."""

    title = _("Criteria")
    lead = _("What providers are judged on, at the door and every night after it. One set is in force at a time.")
    permission = "criteria.view"
    table_class = CriteriaSetTable
    filterset_class = CriteriaSetFilter
    template_name = "staff/criteria_set_list.html"
    export_name = "criteria-sets"

    def get_queryset(self) -> Any:
        return selectors.with_counts(selectors.visible_to(self.request.user))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            may_draft=has_permission(self.request.user, "criteria.edit") and selectors.draft_set() is None,
            may_copy=selectors.published_set() is not None,
            empty_text=_("There are no criteria yet."),
            empty_hint=_(
                "Load the set that comes with the portal with manage.py load_criteria, or draft one from TOML."
            ),
            **kwargs,
        )


class CriteriaPage(StaffPage):
    """What the pages of one set share."""

    permission = "criteria.view"

    def get_object(self) -> CriteriaSet:
        found = selectors.visible_to(self.request.user).filter(number=self.kwargs["number"]).first()
        if found is None:
            raise NotFound()
        return found

    @cached_property
    def criteria_set(self) -> CriteriaSet:
        return self.get_object()

    @property
    def set_url(self) -> str:
        return reverse("pages:staff:criteria_set_detail", args=[self.kwargs["number"]])


class CriteriaSetDetail(CriteriaPage, TitledPage):
    """The criteria in both languages, and what can be done with them."""

    template_name = "staff/criteria_set_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        criteria_set, user = self.criteria_set, self.request.user
        present = selectors.published_set()
        dry_run = criteria_set.dry_runs.select_related("created_by", "compared_with").first()
        is_draft = criteria_set.status == SetStatus.DRAFT
        return super().get_context_data(
            title=_t("Criteria set %(number)s") % {"number": criteria_set.number},
            lead=local_text(criteria_set, "title"),
            back_url=reverse("pages:staff:criteria_set_list"),
            back_label=_("Criteria"),
            criteria_set=criteria_set,
            criteria=describe_criteria(selectors.criteria_of(criteria_set)),
            is_draft=is_draft,
            may_edit=is_draft and has_permission(user, "criteria.edit"),
            offers=offer_actions(criteria_set, user),
            action_url=reverse("pages:staff:criteria_set_act", args=[criteria_set.number]),
            dry_run=describe_dry_run(dry_run) if dry_run is not None else None,
            is_tried=dry_run is not None and dry_run.digest == criteria_set.digest,
            comparable=present is not None and present.pk != criteria_set.pk,
            entries=entries_of(criteria_set),
            **kwargs,
        )


class CriteriaSetCompare(CriteriaPage, TitledPage):
    """What a set changes against the one in force."""

    template_name = "staff/criteria_set_compare.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        present = selectors.published_set()
        if present is None:
            raise NotFound()
        older, newer = sorted((present, self.criteria_set), key=lambda entry: entry.number)
        changes = compare_criteria(selectors.criteria_of(older), selectors.criteria_of(newer))
        numbers = {"older": older.number, "newer": newer.number}
        return super().get_context_data(
            title=_t("From set %(older)s to set %(newer)s") % numbers,
            back_url=self.set_url,
            back_label=_t("Criteria set %(number)s") % {"number": self.criteria_set.number},
            changes=[change for change in changes if change.kind != "same"],
            same_count=sum(change.kind == "same" for change in changes),
            **kwargs,
        )


class CriteriaSetDownload(CriteriaPage, View):
    """The set as TOML, as it can be loaded again."""

    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        criteria_set = self.criteria_set
        return HttpResponse(
            dump_definition(set_text_of(criteria_set, selectors.criteria_of(criteria_set))),
            content_type="application/toml; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="criteria-{criteria_set.number}.toml"'},
        )


class CriteriaSetAct(CriteriaPage, ActionView):
    """Publish or discard a draft."""

    table = CRITERIA_SET
    actions = {name: services.ACTIONS[name] for name in ACTIONS_OF_PEOPLE}
    id_name = "criteria_set_id"
    done = {
        "publish": _("In force. Waiting applications are triaged anew, and tonight everybody is judged by it."),
        "discard": _("Discarded. It stays in the list and never counts."),
    }

    def get_success_url(self, subject: CriteriaSet) -> str:
        return reverse("pages:staff:criteria_set_detail", args=[subject.number])


class CriteriaSetDryRun(CriteriaPage, View):
    """Try a draft on all open applications and the next night."""

    permission = "criteria.edit"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, number: int) -> HttpResponse:
        found = begin_dry_run(criteria_set_id=self.criteria_set.pk, by=request.user)
        if isinstance(found, Job):
            messages.success(request, _("The trial has begun; its result will stand here."))
            return redirect("pages:job", found.pk)
        messages.success(request, _("Tried. Nothing was changed for anybody."))
        return redirect(f"{self.set_url}#dry-run")
