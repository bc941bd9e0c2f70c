"""Texts of notices for tests of the mechanism itself."""

from accounts.notices.texts import NoticeText

NOTICES = {
    "test.expiry": NoticeText("%(name)s expires", "It expires on %(last_on)s.", page="notice_list"),
    "test.plain": NoticeText("Plain", "Nothing to open."),
}
