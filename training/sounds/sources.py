"""Which recordings of which Debian packages the head learns from, and what each holds.

The packages are fetched and unpacked by hand (see README.md); nothing of them is kept here. Names
that match no row are not used. Science fiction is left out.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from passante.core.names import EventKind

SOUNDS = {".wav", ".ogg", ".mp3", ".flac"}

OTHER = "other"
"""None of the kinds."""

VOICE = "voice"
"""Acted speech, at the voice that games are spoken in."""

TABLE: tuple[tuple[str, str, str | None], ...] = (
    ("ufoai-sound", r"weapons/bullet-(pistol|rifle|shotgun|smg|sniper|hmg|chaingun)", "bang"),
    ("ufoai-sound", r"weapons/(explosion-(grenade|rocket)|explosion)\.ogg", "explosion"),
    ("ufoai-sound", r"geoscape/combat-(explosion|rocket-exp)", "explosion"),
    ("ufoai-sound", r"weapons/reload-(pistol|rifle|shotgun|smg|sniper)", OTHER),
    ("ufoai-sound", r"misc/breakglass", "glass"),
    ("ufoai-sound", r"misc/break(wood|metal)", OTHER),
    ("ufoai-sound", r"civilians/civ(fem|male)(scream|death)|soldiers/femaledeath", "scream"),
    ("ufoai-sound", r"soldiers/(maledeath06|malehurt04)", "scream"),
    ("ufoai-sound", r"ambience/(fire|smallfire)", "fire"),
    ("ufoai-sound", r"ambience/(thunder|steam|water|wind|arcticwind|creak|cricket)", OTHER),
    ("ufoai-sound", r"doors/|footsteps/|ugv/diesel|impact/(bullet|knife|water)", OTHER),
    ("openarena-data", r"machinegun/machgf|shotgun/sshotf", "bang"),
    ("openarena-data", r"rocket/rocklx|items/kam_explode|proxmine/wstbexpl", "explosion"),
    ("openarena-data", r"sarge/falling", "scream"),
    ("openarena-data", r"festivox|rott/", VOICE),
    ("openarena-data", r"footsteps/|doors/|plats/|world/(fan|wind|waterfall|drops)", OTHER),
    ("openarena-data", r"world/(fire|firesoft)", "fire"),
    ("warmux-data", r"weapons/(gun|m16|shotgun)\.", "bang"),
    ("warmux-data", r"weapons/(explosion|dynamite_exp|riot_bomb_exp)", "explosion"),
    ("warmux-data", r"weapons/(embers|flame)", "fire"),
    ("warmux-data", r"weapons/(airhammer|anvil|baseball|slap|grenade_bounce|load)", OTHER),
    ("warmux-data", r"music/", OTHER),
    ("hedgewars-data", r"(shotgunfire|minigun|/gun)\.", "bang"),
    ("hedgewars-data", r"Sounds/(explosion|mortar)\.", "explosion"),
    ("hedgewars-data", r"molotov\.", "glass"),
    ("hedgewars-data", r"voices/.*/(Ow|Ooff|Nooo|Poison|Jump|Firepunch|Hmm)", None),
    ("hedgewars-data", r"voices/", VOICE),
    ("hedgewars-data", r"(hammer|pickhammer|baseballbat|whipcrack|steps|shotgunreload)\.", OTHER),
    ("wesnoth-1.16-data", r"sounds/(gunshot|thunderstick)(-miss)?\.", "bang"),
    ("wesnoth-1.16-data", r"sounds/explosion", "explosion"),
    ("wesnoth-1.16-data", r"sounds/campfire", "fire"),
    ("wesnoth-1.16-data", r"sounds/human-female-die", "scream"),
    (
        "wesnoth-1.16-data",
        r"sounds/(bird|bell|horn|horse|wardrums|rumble|lightning|cave-in)",
        OTHER,
    ),
    ("wesnoth-1.16-data", r"sounds/(axe|club|sword|mace|bow|spear)", OTHER),
    ("boswars-data", r"(assault_attack|gturret_attack)", "bang"),
    ("boswars-data", r"(_g_hit|_die|sfx_[a-z]+\.die)", "explosion"),
    ("boswars-data", r"(ready|underattack|completed|level01)", VOICE),
    ("trigger-rally-data", r"sounds/bang", OTHER),
    ("trigger-rally-data", r"sounds/(engine|gravel|wind)", OTHER),
    ("trigger-rally-data", r"(paula|tim)/", VOICE),
    ("torcs-data", r"sound/(crash|bottom_crash|skid)", "crash"),
    ("torcs-data", r"sound/", OTHER),
    ("supertuxkart-data", r"sfx/(crash|skid)", "crash"),
    ("supertuxkart-data", r"sfx/(explosion|bubblegum_explode)", "explosion"),
    ("supertuxkart-data", r"sfx/WilhelmScream", "scream"),
    (
        "supertuxkart-data",
        r"sfx/(fireworks_show|thunder|rain|hammer|anvil|metal_clang|horn)",
        OTHER,
    ),
    (
        "supertuxkart-data",
        r"sfx/(car_|engine_|clock|static|waterfall|airplane|exotic|splash)",
        OTHER,
    ),
    ("supertuxkart-data", r"sfx/(boing|ball|bowling|sara_airport|wooden|machine)|steamLoco", OTHER),
    ("supertuxkart-data", r"music/", OTHER),
    ("scratch", r"Human/Scream", "scream"),
    ("scratch", r"Human/BabyCry", "baby_cry"),
    ("scratch", r"Animal/Dog", "dog"),
    ("scratch", r"Human/(Laugh|Cough|Sneeze|Party|Foot|Finger)", OTHER),
    ("scratch", r"Effects/|Percussion/|Instruments/|Music Loops/|Electronic/", OTHER),
    (
        "scratch",
        r"Animal/(Rooster|Owl|Goose|Horse|Cat|Kitten|Meow|Bird|Duck|Crick|Sea|Wolf)",
        OTHER,
    ),
    ("scratch", r"Vocals/", OTHER),
    ("tuxpaint-stamps-default", r"/dog\.", "dog"),
    ("tuxpaint-stamps-default", r"/firetruck\.", "siren"),
    (
        "tuxpaint-stamps-default",
        r"/(fireworks|lightningbolt|hammer|mallet_metal|saw|vacuum)",
        OTHER,
    ),
    (
        "tuxpaint-stamps-default",
        r"/(cow|rooster|hen|seagull|donkey|elephant|owl|crow|goat)\.",
        OTHER,
    ),
    ("micropolis-data", r"sounds/explosion", "explosion"),
    ("micropolis-data", r"sounds/siren\.", "siren"),
    ("micropolis-data", r"sounds/skid", "crash"),
    ("micropolis-data", r"sounds/(honk|heavytraffic|rail|airport|bulldozer|computer|beep)", OTHER),
    ("lincity-ng-data", r"sounds/(FireStation)", OTHER),
    ("lincity-ng-data", r"sounds/(Fire[123])", OTHER),
    ("lincity-ng-data", r"sounds/(Blacksmith|Build|Raze|Tip|Recycle|Mill|Industry|Market)", OTHER),
    ("lincity-ng-data", r"sounds/(Trafic|Rail|School|Residential|Sports|Harbor|Water|Wind)", OTHER),
    ("lincity-ng-data", r"sounds/(Commune|Dirt|Farm|OreMine|CoalMine|University|Monument)", OTHER),
    ("megaglest-data", r"/(wood_chop|stone|hammer|anvil|build|axe|cow|chicken|horse)", OTHER),
    ("megaglest-data", r"_(ack|select)\d+\.wav", VOICE),
    ("hydrogen-drumkits", r"\.(flac|wav)$", OTHER),
    ("sonic-pi-samples", r"samples/(drum|perc|sn_|bd_|tabla|elec|loop|misc|ambi|vinyl)", OTHER),
    ("oxygen-sounds", r"sounds/", OTHER),
    ("gnome-audio", r"sounds/", OTHER),
)
"""Package, pattern of the path, what it holds; None is left out. The first that matches counts."""

LICENCES = {
    "ufoai-sound": "GPL-2+, CC-BY-3.0, CC-BY-SA-3.0 and public domain, by file",
    "openarena-data": "GPL-2+",
    "warmux-data": "GPL-2",
    "hedgewars-data": "GPL-2, GFDL-1.3, CC-BY-SA-3.0 and others, by file",
    "wesnoth-1.16-data": "GPL-2+",
    "boswars-data": "GPL-2+",
    "trigger-rally-data": "GPL-2+, CC0, CC-BY-3.0 and CC-BY-SA-3.0, by file",
    "torcs-data": "GPL-2+, LGPL-2+ and Free Art Licence, by file",
    "supertuxkart-data": "CC-BY-SA-3.0, CC-BY-SA-4.0, CC-BY-3.0, CC0 and public domain, by file",
    "scratch": "GPL-2, CC-BY-SA-3.0",
    "tuxpaint-stamps-default": "GPL-2",
    "micropolis-data": "GPL-3+",
    "lincity-ng-data": "GPL-2+",
    "megaglest-data": "CC-BY-SA-3.0",
    "hydrogen-drumkits": "GPL-2+, CC-BY-3.0, CC-BY-SA-3.0 and CC0, by kit",
    "sonic-pi-samples": "CC0, CC-BY-SA-4.0",
    "oxygen-sounds": "LGPL-3+",
    "gnome-audio": "GPL-2",
}
"""As the packages state them."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording."""

    path: Path
    label: str
    """A kind, OTHER or VOICE."""
    origin: str
    """Package, or set and group."""

    @property
    def kind(self) -> EventKind | None:
        """The kind that it holds, or None."""
        return None if self.label in (OTHER, VOICE) else EventKind(self.label)


def clips(folder: Path) -> list[Clip]:
    """Every recording of the table under a folder with one subfolder for each package."""
    found = []
    for package in dict.fromkeys(package for package, _, _ in TABLE):
        for path in sorted((folder / package).rglob("*")):
            if path.suffix.lower() in SOUNDS and path.is_file():
                label = label_of(package, path.relative_to(folder / package).as_posix())
                if label is not None:
                    found.append(Clip(path, label, package))
    return found


def label_of(package: str, name: str) -> str | None:
    """What the first row that matches says, or None."""
    for wanted, pattern, label in TABLE:
        if wanted == package and re.search(pattern, name, re.IGNORECASE):
            return label
    return None


def share(text: str) -> float:
    """A number from 0 to 1 that only depends on the text: for splits."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") / 2**32
