"""Words that the rooms above share: capabilities, kinds of provider, categories and regions."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Capability(models.TextChoices):
    """The five dimensions of a score. Their order here is the order of every stored array of five."""

    TRAFFIC_MARKETING = "traffic_marketing", _("Traffic marketing")
    ANCHOR_INCUBATION = "anchor_incubation", _("Anchor incubation")
    SERVICE_FULFILMENT = "service_fulfilment", _("Service fulfilment")
    SUPPLY_CHAIN = "supply_chain", _("Supply chain")
    LIVE_OPERATIONS = "live_operations", _("Live operations")


class ProviderType(models.TextChoices):
    INTEGRATED = "integrated", _("Integrated operations")
    BRAND = "brand", _("Brand operations")
    INDUSTRY_BELT = "industry_belt", _("Industry belt")
    ANCHOR_AGENCY = "anchor_agency", _("Anchor agency")
    SUPPLY_CHAIN = "supply_chain", _("Supply chain service")


class Category(models.TextChoices):
    """What a shop sells mainly."""

    APPAREL = "apparel", _("Apparel")
    BEAUTY = "beauty", _("Beauty and care")
    FOOD = "food", _("Food and drink")
    JEWELLERY = "jewellery", _("Jewellery")
    HOME = "home", _("Home and living")
    APPLIANCES = "appliances", _("Home appliances")
    MOTHER_BABY = "mother_baby", _("Mother and baby")
    AGRICULTURE = "agriculture", _("Fresh produce")
    SPORTS = "sports", _("Sports and outdoors")
    DIGITAL = "digital", _("Digital devices")
    BOOKS = "books", _("Books and learning")
    OTHER = "other", _("Other goods")


class Region(models.TextChoices):
    """The provinces of the mainland by their pinyin, in the order of the administrative division codes."""

    BEIJING = "beijing", _("Beijing")
    TIANJIN = "tianjin", _("Tianjin")
    HEBEI = "hebei", _("Hebei")
    SHANXI = "shanxi", _("Shanxi")
    NEIMENGGU = "neimenggu", _("Inner Mongolia")
    LIAONING = "liaoning", _("Liaoning")
    JILIN = "jilin", _("Jilin")
    HEILONGJIANG = "heilongjiang", _("Heilongjiang")
    SHANGHAI = "shanghai", _("Shanghai")
    JIANGSU = "jiangsu", _("Jiangsu")
    ZHEJIANG = "zhejiang", _("Zhejiang")
    ANHUI = "anhui", _("Anhui")
    FUJIAN = "fujian", _("Fujian")
    JIANGXI = "jiangxi", _("Jiangxi")
    SHANDONG = "shandong", _("Shandong")
    HENAN = "henan", _("Henan")
    HUBEI = "hubei", _("Hubei")
    HUNAN = "hunan", _("Hunan")
    GUANGDONG = "guangdong", _("Guangdong")
    GUANGXI = "guangxi", _("Guangxi")
    HAINAN = "hainan", _("Hainan")
    CHONGQING = "chongqing", _("Chongqing")
    SICHUAN = "sichuan", _("Sichuan")
    GUIZHOU = "guizhou", _("Guizhou")
    YUNNAN = "yunnan", _("Yunnan")
    XIZANG = "xizang", _("Tibet")
    SHAANXI = "shaanxi", _("Shaanxi")
    GANSU = "gansu", _("Gansu")
    QINGHAI = "qinghai", _("Qinghai")
    NINGXIA = "ningxia", _("Ningxia")
    XINJIANG = "xinjiang", _("Xinjiang")
