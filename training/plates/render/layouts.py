"""Which plates there are: a table of public forms, by region.

A pattern is the text of a plate: A a letter, 9 a digit, * either, @ a seal or sticker, _ a space,
٩ an Arabic digit, ع an Arabic letter, 京 a Chinese province, あ a kana, 가 a Hangul syllable,
"|" a new row, everything else itself. Sizes are millimetres of the whole plate.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np

from training.plates.render.dice import Colour, letters, pick
from training.plates.render.glyphs import ARABIC, DIGITS, LATIN

WHITE, CREAM, YELLOW, AMBER = (236, 236, 232), (232, 228, 205), (244, 200, 40), (235, 170, 20)
BLACK, GREY, SILVER = (24, 24, 26), (120, 122, 124), (176, 178, 178)
BLUE, NAVY, RED, GREEN = (30, 70, 170), (24, 38, 92), (190, 30, 36), (20, 110, 60)
TEAL, SKY, LIME, ORANGE = (70, 160, 160), (150, 200, 232), (130, 200, 150), (240, 130, 30)
PALE_BLUE, PINK = (196, 216, 236), (240, 190, 200)


class Band(enum.Enum):
    """What stands along an edge of the plate."""

    NONE = enum.auto()
    EU = enum.auto()
    """A blue strip at the left with a country's letters."""
    EU_BOTH = enum.auto()
    """A blue strip at both ends, as in Italy and France."""
    TOP_BLUE = enum.auto()
    """A blue strip along the top, as in the Mercosur."""
    SIDE_RIGHT = enum.auto()
    """A strip with an emblem at the right, as in the Gulf and Russia."""
    TOP_LINE = enum.auto()
    """A small line of writing along the top, as on old Brazilian plates."""


class Art(enum.Enum):
    """What is printed behind the letters."""

    NONE = enum.auto()
    STATE = enum.auto()
    """Name above, words below, perhaps a picture: the plates of US states."""
    FADE = enum.auto()
    """Two colours that run into each other, as on Chinese green plates."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One form of plate."""

    region: str
    size: tuple[int, int]
    patterns: tuple[str, ...]
    grounds: tuple[Colour, ...] = (WHITE,)
    inks: tuple[Colour, ...] = (BLACK,)
    band: Band = Band.NONE
    codes: tuple[str, ...] = ("",)
    art: Art = Art.NONE
    cap: float = 0.68
    """Height of a letter over the height of its row."""
    border: float = 0.6
    """How often a line runs around it."""
    weight: float = 1.0
    """How often it is drawn, against the others of its region."""


LONG, SQUARE, SMALL = (520, 110), (280, 200), (210, 130)
EU_CODES = (
    "A", "B", "BG", "CY", "CZ", "D", "DK", "E", "EST", "F", "FIN", "GR", "H", "HR", "I", "IRL",
    "L", "LT", "LV", "M", "NL", "P", "PL", "RO", "S", "SK", "SLO",
)  # fmt: skip
EU_PATTERNS = (
    "AA@ 999AA", "AA 999 AA", "A@ AA 9999", "AAA@ A 999", "A 99 AAA", "AA 99 AAA", "9A9@9999",
    "AAA 999", "AA-999-AA", "9999 AAA", "AA@999-AA", "99-AA-99", "AA 99 999", "999-AAA-9",
    "AA 99999", "99-A-99999", "A-AA 999", "AAA-999", "AA 999 A", "1-AAA-999", "AA@ A9999",
)  # fmt: skip
EU_TWO = ("AA@|A 999", "AA|999 AA", "99|AAA", "AA|9999", "A@ A|999", "AA 99|AAA", "9999|AAA")
US_PATTERNS = (
    "AAA 9999", "AAA@999", "9AAA999", "999 AAA", "AAA-9999", "AA9 9AA", "999@AAA", "A99 99A",
    "AAA999", "AA 99999", "99A@999", "*** ****", "******", "9AA 999", "AA99@AAA", "999-999",
    "AAAA", "AAAAAAA", "9999999", "A 999999", "AAA 99A", "AA@999",
)  # fmt: skip

LAYOUTS: tuple[Layout, ...] = (
    Layout("eu", LONG, EU_PATTERNS, band=Band.EU, codes=EU_CODES, weight=6),
    Layout("eu", LONG, EU_PATTERNS, (YELLOW, AMBER), band=Band.EU, codes=("NL", "L", "F", "BG")),
    Layout("eu", LONG, ("9-AAA-999", "AAA-999"), (WHITE,), (RED, (140, 30, 50)), Band.EU, ("B",)),
    Layout("eu", LONG, EU_PATTERNS, (WHITE,), (GREEN, (20, 90, 150)), Band.EU, EU_CODES),
    Layout("eu", LONG, EU_PATTERNS, (NAVY, BLUE), (WHITE,), weight=0.5),
    Layout("eu", LONG, EU_PATTERNS, (BLACK, (70, 20, 20)), (WHITE, SILVER), weight=0.7),
    Layout("eu", LONG, EU_PATTERNS, (WHITE, CREAM, YELLOW), weight=1.5),
    Layout("eu", LONG, ("AA 999 AA",), band=Band.EU_BOTH, codes=("I", "F"), weight=2),
    Layout("eu", (360, 110), ("AA 999 AA", "AA 999AA"), band=Band.EU_BOTH, codes=("I",)),
    Layout("eu", SQUARE, EU_TWO, (WHITE, WHITE, YELLOW), band=Band.EU, codes=EU_CODES, weight=1.2),
    Layout("eu", SMALL, EU_TWO, (WHITE, WHITE, YELLOW), band=Band.EU, codes=EU_CODES, weight=0.8),
    Layout("eu", (180, 200), ("AA@|A 99", "99|AAA", "AA 9|9999"), weight=0.6),
    Layout("eu", (520, 112), ("A 999 AA@99", "A 999 AA@999"), band=Band.SIDE_RIGHT, codes=("RUS",)),
    Layout("eu", LONG, ("AA 9999 AA", "@AA 999-AA"), band=Band.EU, codes=("UA", "MD")),
    Layout("uk", (520, 111), ("AA99 AAA", "A999 AAA", "AAA 999A"), (WHITE, YELLOW), weight=4),
    Layout("uk", (520, 111), ("AA99 AAA",), (WHITE, YELLOW), band=Band.EU, codes=("UK", "GB")),
    Layout("uk", (280, 203), ("AA99|AAA", "A999|AAA"), (WHITE, YELLOW)),
    Layout("uk", (229, 178), ("AA99|AAA",), (WHITE, YELLOW), weight=0.5),
    Layout("uk", LONG, ("AAA 999", "AAA 999A"), (BLACK,), (SILVER, WHITE), weight=0.3),
    Layout("us", (305, 152), US_PATTERNS, (WHITE, CREAM, PALE_BLUE, YELLOW, SKY, LIME, PINK),
           (NAVY, BLACK, BLUE, RED, GREEN, (60, 40, 30)), art=Art.STATE, cap=0.46, weight=10),
    Layout("us", (305, 152), US_PATTERNS, (WHITE, SILVER), (NAVY, BLACK, (40, 60, 90)),
           art=Art.STATE, cap=0.5, weight=4),
    Layout("us", (305, 152), US_PATTERNS, (BLUE, BLACK, NAVY, GREEN, RED, TEAL, ORANGE),
           (WHITE, YELLOW, AMBER), art=Art.STATE, cap=0.46, weight=2),
    Layout("us", (178, 102), ("99A999", "AA999", "99999", "A9999"), (WHITE, YELLOW, BLUE),
           (NAVY, BLACK, RED, WHITE), art=Art.STATE, cap=0.42, weight=1),
    Layout("br", (400, 130), ("AAA-9999", "AAA 9999"), (SILVER, GREY, (150, 152, 150)),
           band=Band.TOP_LINE, cap=0.6, weight=3),
    Layout("br", (400, 130), ("AAA-9999",), (RED, (190, 195, 190)), (WHITE, BLACK), Band.TOP_LINE),
    Layout("br", (400, 130), ("AAA9A99", "AAA 9A99", "AA 999 AA"), (WHITE,),
           (BLACK, BLACK, BLUE, RED, GREEN), Band.TOP_BLUE, ("BR", "RA", ""), cap=0.66, weight=3),
    Layout("br", (200, 170), ("AAA|9999", "AAA|9A99"), (SILVER, WHITE), band=Band.TOP_LINE),
    Layout("br", (200, 170), ("AAA|9A99",), band=Band.TOP_BLUE, codes=("BR", "")),
    Layout("tr", LONG, ("99 A 9999", "99 AA 999", "99 AAA 99"), band=Band.EU, codes=("TR",),
           weight=2),
    Layout("tr", (240, 240), ("99 A|9999", "99 AA|999"), band=Band.EU, codes=("TR",)),
    Layout("ch", (300, 80), ("AA@999999", "AA@99999"), weight=2),
    Layout("ch", (500, 110), ("AA@999999", "AA@99 999"), weight=2),
    Layout("ch", (300, 160), ("AA@|999999", "AA @|99999"), weight=1.5),
    Layout("gulf", (520, 110), ("99999", "A 99999", "A@99999"), weight=1.5),
    Layout("gulf", (320, 160), ("٩٩٩٩ ع ع ع|9999 AAA", "٩٩٩ عع|999 AA"), cap=0.62,
           band=Band.SIDE_RIGHT, codes=("KSA",), weight=2),
    Layout("gulf", (335, 155), ("@ A|99999", "99999", "9 99999"), (WHITE, AMBER, RED), (BLACK,)),
    Layout("gulf", (520, 110), ("٩٩٩٩٩٩", "٩٩ ع ٩٩٩ ٩٩", "٩٩٩ ع ع ع"), band=Band.EU,
           codes=("IR", "")),
    Layout("gulf", (340, 170), ("٩٩٩٩|ع ع ع", "@@@|999 999"), (WHITE, YELLOW), band=Band.TOP_BLUE,
           codes=("EG", "Q")),
    Layout("cn", (440, 140), ("京A@*9999", "京A@*****"), (BLUE, (25, 85, 190)), (WHITE,), cap=0.66,
           weight=4),
    Layout("cn", (480, 140), ("京A@*99999",), ((190, 235, 200), LIME), cap=0.66, art=Art.FADE,
           weight=2),
    Layout("cn", (440, 220), ("京@A|*9999",), (YELLOW, AMBER), weight=1.2),
    Layout("cn", (440, 140), ("京A@*9999",), (YELLOW, WHITE, BLACK), (BLACK,), weight=0.6),
    Layout("jp", (330, 165), ("京京 999|あ 99-99", "京京 999|あ 9 99"), (WHITE, WHITE, YELLOW),
           ((20, 90, 60), BLACK), cap=0.8, weight=3),
    Layout("jp", (330, 165), ("京京 999|あ 99-99",), (GREEN, BLACK), (WHITE, YELLOW), cap=0.8),
    Layout("in", (500, 120), ("AA 99 A 9999", "AA 99 AA 9999", "AA99AA9999"), (WHITE, YELLOW),
           band=Band.EU, codes=("IND", ""), weight=2),
    Layout("in", (340, 200), ("AA 99 A|9999", "AA-99|AA 9999"), (WHITE, YELLOW)),
    Layout("in", (285, 45), ("AA99 9999",), weight=0.4),
    Layout("kr", (520, 110), ("99가 9999", "999가 9999"), (WHITE, (200, 220, 210)), weight=2),
    Layout("kr", (335, 170), ("가가 99|가 9999",), (GREEN, YELLOW), (WHITE, BLACK), weight=1),
    Layout("kr", (335, 155), ("99가|9999", "99가 9999"), (WHITE, (190, 215, 235))),
    Layout("asia", (300, 150), ("A9 999", "กก 9999|กกกกก"), (WHITE, YELLOW), weight=1.5),
    Layout("asia", (430, 135), ("A 9999 AA|99.99", "A 9999 AAA"), (BLACK, WHITE), (WHITE, BLACK)),
    Layout("asia", (470, 110), ("AAA 9999", "99A-999.99"), (BLACK, WHITE), (WHITE, BLACK)),
    Layout("asia", (320, 140), ("AAA-9999", "AAA 999"), (WHITE, YELLOW), (GREEN, BLACK)),
    Layout("other", (372, 134), ("AAA 999", "AAA-999", "AA-99-AA"), (YELLOW, WHITE, BLACK),
           (BLACK, NAVY, WHITE), weight=2),
    Layout("other", (360, 125), ("AAA 999", "9AA 9AA"), (BLUE, WHITE, BLACK), (WHITE, BLUE)),
    Layout("other", (440, 120), ("AA 99 AA GP", "AAA 999 GP", "AA 9999 A"), (WHITE, YELLOW)),
)  # fmt: skip

REGIONS: dict[str, float] = {
    "eu": 26, "uk": 7, "us": 26, "br": 11, "tr": 3, "ch": 3, "gulf": 5, "cn": 4, "jp": 4, "in": 4,
    "kr": 3, "asia": 2, "other": 2,
}  # fmt: skip
"""How often each region is drawn; every one of them has a layout."""

SCRIPTS = {
    "A": LATIN,
    "9": DIGITS,
    "*": LATIN + DIGITS,
    "٩": ARABIC,
    "ع": "ابحدرسصطعقكلمنهوى",
    "京": "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼品川横浜名古屋大阪神戸",
    "あ": "あいうえかきくけこさすせそたちつてとなにぬね",
    "가": "가나다라마거너더러머고노도로모구누두루무서울경기",
    "ก": "กขคฆงจฉช",
}


def text(rng: np.random.Generator, pattern: str) -> str:
    """A text that fits the pattern; seals (@) and rows (|) stay as they are."""
    return "".join(letters(rng, SCRIPTS[sign], 1) if sign in SCRIPTS else sign for sign in pattern)


def draw(rng: np.random.Generator, region: str | None = None) -> Layout:
    """A layout by chance, of a region if one is named."""
    if region is None:
        names = tuple(REGIONS)
        shares = np.asarray([REGIONS[name] for name in names])
        region = names[int(rng.choice(len(names), p=shares / shares.sum()))]
    ours = [layout for layout in LAYOUTS if layout.region == region]
    weights = np.cumsum([layout.weight for layout in ours])
    return ours[int(np.searchsorted(weights, rng.random() * weights[-1], side="right"))]


def colours(rng: np.random.Generator, layout: Layout) -> tuple[Colour, Colour]:
    """Ground and ink of one plate of a layout, told apart by at least a third of the range."""
    ground = pick(rng, layout.grounds)
    far = [ink for ink in layout.inks if abs(sum(ink) - sum(ground)) > 180]
    return ground, pick(rng, far) if far else (BLACK if sum(ground) > 330 else WHITE)
