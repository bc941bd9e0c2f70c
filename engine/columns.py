"""The fact columns: additive integer counts and sums per provider x merchant x trader x business day.

Never a mean, never a rate: sums add, decay, merge and can be shrunk. Money is in minor units.
"""

from dataclasses import dataclass

KEY_COLUMNS = ("provider", "day", "merchant", "trader")


@dataclass(frozen=True)
class FactColumn:
    """One fact column. `unit` is count, minutes, minor (money in minor units) or points (sum of ratings 1 to 5)."""

    name: str
    unit: str
    zh: str
    en: str


FACT_COLUMNS: tuple[FactColumn, ...] = (
    FactColumn("exposures", "count", "曝光次数", "Exposures"),
    FactColumn("clicks", "count", "点击次数", "Clicks"),
    FactColumn("viewers", "count", "观看人数", "Viewers"),
    FactColumn("watch_minutes", "minutes", "观看总时长（分钟）", "Watch time (minutes)"),
    FactColumn("live_minutes", "minutes", "直播时长（分钟）", "Live time (minutes)"),
    FactColumn("live_sessions", "count", "直播场次", "Live sessions"),
    FactColumn("short_videos", "count", "短视频发布数", "Short videos published"),
    FactColumn("likes", "count", "点赞数", "Likes"),
    FactColumn("comments", "count", "评论数", "Comments"),
    FactColumn("shares", "count", "分享数", "Shares"),
    FactColumn("orders", "count", "成交订单数", "Orders"),
    FactColumn("gmv_minor", "minor", "成交金额", "GMV"),
    FactColumn("refunded_orders", "count", "退款订单数", "Refunded orders"),
    FactColumn("refunded_gmv_minor", "minor", "退款金额", "Refunded GMV"),
    FactColumn("ad_spend_minor", "minor", "投放消耗", "Advertising spend"),
    FactColumn("new_fans", "count", "新增粉丝数", "New followers"),
    FactColumn("new_streamers", "count", "新增主播数", "New streamers"),
    FactColumn("active_streamers", "count", "开播主播数", "Streamers live that day"),
    FactColumn("streamer_minutes", "minutes", "主播开播时长（分钟）", "Streamer time on air (minutes)"),
    FactColumn("sla_hits", "count", "服务达标次数", "Service promises kept"),
    FactColumn("sla_total", "count", "服务承诺总次数", "Service promises due"),
    FactColumn("shipments", "count", "发货单数", "Shipments"),
    FactColumn("on_time_shipments", "count", "准时发货单数", "Shipments on time"),
    FactColumn("complaints", "count", "投诉数", "Complaints"),
    FactColumn("rating_sum", "points", "商品评分总和", "Sum of product ratings"),
    FactColumn("rating_count", "count", "商品评分数", "Product ratings"),
    FactColumn("listed_skus", "count", "在架商品数（SKU）", "SKUs listed"),
    FactColumn("out_of_stock_skus", "count", "缺货商品数（SKU）", "SKUs out of stock"),
    FactColumn("repurchases_30d", "count", "30日复购人数", "Buyers who bought again within 30 days"),
    FactColumn(
        "repurchase_base_30d", "count", "30日复购基数（购买人数）", "Buyers counted for repurchase within 30 days"
    ),
    FactColumn("responses_on_time", "count", "及时回复次数", "Replies in time"),
    FactColumn("responses_total", "count", "应回复次数", "Replies due"),
    FactColumn("cold_starts_done", "count", "冷启动达标账号数", "Cold starts completed"),
    FactColumn("cold_starts_total", "count", "冷启动账号数", "Cold starts begun"),
)
FACT_COLUMN_NAMES: tuple[str, ...] = tuple(column.name for column in FACT_COLUMNS)
