"""What reviewers are told. None of it says who else sits on a panel, nor how far they are."""

from django.utils.translation import gettext_lazy as _

from accounts.notices.texts import NoticeText

NOTICES: dict[str, NoticeText] = {
    "review.assigned": NoticeText(
        _("A review for you: %(company)s"),
        _("You were asked to review application %(number)s. Open it and judge the five capabilities on the rubric."),
        "staff:review_detail",
        ("review",),
    ),
    "review.lapsed": NoticeText(
        _("Your review of %(company)s is not needed any more"),
        _("Application %(number)s was withdrawn, returned or decided before its panel had settled."),
        "staff:application_case",
        ("application",),
    ),
    "review.settled": NoticeText(
        _("The panel on %(company)s has settled"),
        _("Its result and all judgements stand on the page of application %(number)s now."),
        "staff:application_case",
        ("application",),
    ),
}
