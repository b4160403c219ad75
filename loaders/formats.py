"""The formats that can be loaded, by name."""

from collections.abc import Mapping

from lianxin.errors import BadQuestion
from loaders.chain_cn import CHAIN_CN
from loaders.demo_district import DEMO_DISTRICT
from loaders.listings import (
    ABNORMAL_LISTING,
    ABNORMAL_LISTING_INTERNAL,
    SERIOUS_LISTING,
    SERIOUS_LISTING_INTERNAL,
)
from loaders.loader import Format
from loaders.penalties import SHUANGGONGSHI_2018, SHUANGGONGSHI_2018_INTERNAL
from loaders.standards import SECTOR_STANDARDS

FORMATS: Mapping[str, Format] = {
    f.name: f
    for f in (
        CHAIN_CN,
        DEMO_DISTRICT,
        SHUANGGONGSHI_2018,
        SHUANGGONGSHI_2018_INTERNAL,
        ABNORMAL_LISTING,
        ABNORMAL_LISTING_INTERNAL,
        SERIOUS_LISTING,
        SERIOUS_LISTING_INTERNAL,
        SECTOR_STANDARDS,
    )
}


def format_named(name: str) -> Format:
    """The format of this name. Raises BadQuestion naming those that there are."""
    if name not in FORMATS:
        known = ", ".join(FORMATS)
        raise BadQuestion(f"no format {name}; there are {known}", f"没有名为 {name} 的格式；现有：{known}")
    return FORMATS[name]
