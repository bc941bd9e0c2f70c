"""Merchants enter the demo world: some with their owners, the rest brought in by the platform."""

from datetime import datetime

import numpy as np
from numpy.random import Generator

from accounts.roles import Role
from accounts.services import add_member
from demo import names
from demo.cast import Cast
from demo.people import add_account, add_silent_user
from demo.world import World
from merchants.registry.enums import MerchantType
from merchants.registry.import_services import Shop, import_merchants
from merchants.registry.models import Merchant
from providers.enums import Category

TYPE_SHARES = (0.15, 0.25, 0.35, 0.25)


def add_merchants(cast: Cast, world: World, rng: Generator, *, star: int, owned: int, now: datetime) -> list[Merchant]:
    """All merchants of the world, index-aligned; followers follow the scale of their trade.

    The one at `star` belongs to the demo accounts; the first `owned` others have an owner and can ask for help.
    """
    taken: set[str] = set()
    count = len(world.merchant_scale)
    kinds = rng.choice(MerchantType.values, size=count, p=TYPE_SHARES)
    categories = rng.choice(Category.values, size=count)
    regions = rng.choice(names.REGIONS, size=count)
    followers = (world.merchant_scale * rng.lognormal(3.2, 1.0, size=count)).astype(np.int64)
    shops = [
        Shop(
            code=f"M{index + 1:06d}",
            name=names.shop_name(rng, str(categories[index]), taken),
            merchant_type=str(kinds[index]),
            category=str(categories[index]),
            region=str(regions[index]),
            followers=int(followers[index]),
        )
        for index in range(count)
    ]
    merchants = import_merchants(shops=shops, by=cast.staff[Role.ADMINISTRATOR], now=now)
    for role in (Role.MERCHANT_OWNER, Role.MERCHANT_OPERATOR):
        add_account(role, organisation_id=merchants[star].organisation_id, now=now)
    for index in [index for index in range(count) if index != star][:owned]:
        owner = add_silent_user(f"shop{index:04d}@merchants.example", names.person_name(rng), now)
        add_member(
            organisation_id=merchants[index].organisation_id,
            user=owner,
            role=Role.MERCHANT_OWNER,
            by=cast.staff[Role.ADMINISTRATOR],
            now=now,
        )
    return merchants
