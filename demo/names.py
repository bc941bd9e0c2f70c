"""Invented names and code numbers for the demo world; none belongs to a real company or person on purpose."""

from datetime import date, timedelta

import numpy as np
from numpy.random import Generator
from stdnum.cn import ric, uscc

_PLACES = {
    "zhejiang": ("杭州", "义乌", "宁波", "温州"),
    "guangdong": ("广州", "深圳", "佛山", "汕头"),
    "jiangsu": ("苏州", "南通", "南京"),
    "fujian": ("泉州", "厦门", "莆田"),
    "shandong": ("临沂", "青岛", "菏泽"),
    "beijing": ("北京",),
    "shanghai": ("上海",),
    "sichuan": ("成都",),
    "hebei": ("石家庄", "保定"),
    "henan": ("郑州", "许昌"),
}
REGIONS: tuple[str, ...] = tuple(_PLACES)
_FIRST = "星云海蓝青木禾川启光远山丰盛朗晴嘉禧乐驰聚宏博澜启明恒悦和新"
_SECOND = "途帆舟马驿原野田谷桥峰岸河林禾羽翼航程轩庭园岛塔角"
_TRADES = ("网络科技", "文化传媒", "电子商务", "供应链管理", "品牌管理", "信息技术")
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = "伟芳娜敏静丽强磊洋艳勇军杰娟涛明超霞平刚桂英华玉兰斌宇浩凯晨雨欣怡梓涵"
_SHOPS = ("旗舰店", "专营店", "工厂店", "优选", "直播间", "好物")
_GOODS = {
    "apparel": ("女装", "鞋靴", "箱包", "男装"),
    "beauty": ("护肤", "彩妆", "香氛"),
    "food": ("零食", "茶叶", "粮油"),
    "jewellery": ("珠宝", "银饰", "玉器"),
    "home": ("家纺", "厨具", "收纳"),
    "appliances": ("小家电", "厨电", "家电"),
    "mother_baby": ("童装", "母婴", "玩具"),
    "agriculture": ("水果", "海鲜", "菌菇"),
    "sports": ("运动", "户外", "骑行"),
    "digital": ("数码", "耳机", "配件"),
    "books": ("童书", "文具", "图书"),
    "other": ("百货", "花艺", "宠物"),
}
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_AREA_CODES = ("330106", "440305", "320505", "350502", "371302", "110108", "310115", "510107")


def company_name(rng: Generator, region: str, taken: set[str]) -> str:
    """A company name of that region that is not in `taken`; adds it."""
    while True:
        brand = rng.choice(list(_FIRST)) + rng.choice(list(_SECOND))
        name = f"{rng.choice(_PLACES[region])}{brand}{rng.choice(_TRADES)}有限公司"
        if name not in taken:
            taken.add(name)
            return name


def shop_name(rng: Generator, category: str, taken: set[str]) -> str:
    """A name of a shop of that category that is not in `taken`; adds it."""
    while True:
        brand = rng.choice(list(_FIRST)) + rng.choice(list(_SECOND))
        name = f"{brand}{rng.choice(_GOODS[category])}{rng.choice(_SHOPS)}"
        if name in taken:
            name = f"{rng.choice(list(_FIRST))}{name}"
        if name not in taken:
            taken.add(name)
            return name


def person_name(rng: Generator) -> str:
    """A person's name of two or three characters."""
    given = "".join(rng.choice(list(_GIVEN), size=int(rng.integers(1, 3))))
    return f"{rng.choice(list(_SURNAMES))}{given}"


def credit_code(rng: Generator, taken: set[str]) -> str:
    """A unified social credit code with a right check digit that is not in `taken`; adds it."""
    while True:
        organisation = "".join(rng.choice(list(_USCC_ALPHABET), size=9))
        body = f"91{rng.choice(_AREA_CODES)}{organisation}"
        code = body + uscc.calc_check_digit(body)
        if uscc.is_valid(code) and code not in taken:
            taken.add(code)
            return code


def identity_number(index: int) -> str:
    """A resident identity number with a right check digit, another one for each `index`, of a place that is none."""
    days, order = divmod(index, 1000)
    body = f"990000{date(1985, 1, 1) + timedelta(days=days):%Y%m%d}{order:03d}"
    return body + ric.calc_check_digit(f"{body}0")


def phone_number(rng: Generator) -> str:
    """Eleven digits in a range that is not assigned to subscribers."""
    return "100" + "".join(str(digit) for digit in np.asarray(rng.integers(0, 10, size=8)))
