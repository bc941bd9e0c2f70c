"""The window that a new portal begins with."""

from typing import Any

from providers.windows.enums import WindowKind

ROLLING: dict[str, Any] = {
    "code": "ROLLING",
    "title_zh": "常年招募",
    "title_en": "Open all year",
    "text_zh": (
        "面向所有类型和类目的服务商，随时可以申请。\n"
        "请至少为一项能力提供证据，至少列出一名操盘手，并留下可以联系的人。\n"
        "未获准入的，可在静止期内看到每一条理由并答复一次。"
    ),
    "text_en": (
        "For companies of every type and category, at any time.\n"
        "Show evidence for at least one capability, name at least one trader, and say whom we can ask.\n"
        "Who is not let in sees every reason and may answer once before the decision is final."
    ),
    "kind": WindowKind.ROLLING,
}
