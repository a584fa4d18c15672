"""Which recordings of which Debian packages the head learns from, and what each holds.

The packages are fetched and unpacked by hand (see README.md); nothing of them is kept here. Names
that match no row are not used. Science fiction is left out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

from passante.core.names import EventKind

SOUNDS = {".wav", ".ogg", ".oga", ".mp3", ".flac"}

OTHER = "other"
"""None of the kinds."""

VOICE = "voice"
"""Acted speech, at the voice that games are spoken in."""

STREET = "street"
"""What is heard all the time somewhere: wind, water, crickets, traffic, a crowd."""

NONE = (OTHER, VOICE, STREET)

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
    ("lincity-ng-data", r"sounds/FireStation", None),
    ("lincity-ng-data", r"sounds/(Trafic|Market|Residential|School|Harbor)", STREET),
    ("lincity-ng-data", r"sounds/(Commune|Industry|ParklandLake|SportsCroud|Shanty)", STREET),
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
    ("0ad-data", r"audio/voice/", VOICE),
    ("0ad-data", r"weapon/Musket", "bang"),
    ("0ad-data", r"death/female_death", "scream"),
    ("0ad-data", r"ambient/(dayscape|.*water)|building/amb_|water/", STREET),
    ("0ad-data", r"resource/(construction|farming|gathering|lumbering|mining)", OTHER),
    ("0ad-data", r"impact/|footsteps?/|singlesteps/|gate/|siege/|animal/|weapon/sword", OTHER),
    ("0ad-data", r"destruction/building_collapse|alarm/|ship/|music/", OTHER),
    ("7kaa-data", r"SOUND/(RAIN|THUNDER|WIND)", OTHER),
    ("barrage", r"sounds/(gunfire|autocannon)", "bang"),
    ("barrage", r"sounds/expl", "explosion"),
    ("bzflag-data", r"/(boom|explosion)", "explosion"),
    ("cube2-data", r"q009/(pistol|rifle|shotgun|minigun)", "bang"),
    ("cube2-data", r"q009/explosion|sfx/explode", "explosion"),
    ("cube2-data", r"sfx/burning", "fire"),
    ("cube2-data", r"chainsaw/|DoorSlam|thunder|windgust|fs_sand|aard/(land|jump)", OTHER),
    ("fillets-ng-data-cs", r"sound/", VOICE),
    ("fillets-ng-data-nl", r"sound/", VOICE),
    ("flightgear-data-base", r"Sounds/(mk-viii|female|.*female/)|checklist|flarm", VOICE),
    ("flightgear-data-base", r"Sounds/(tires-screech|crash)", "crash"),
    ("flightgear-data-base", r"Sounds/.*(engine|prop|jet|turbine|rotor|helicopter|starter)", OTHER),
    ("flightgear-data-base", r"Sounds/.*(rain|thunder|wind|water|wave|door|rumble|tires)", OTHER),
    ("freedoom", r"DS(PISTOL|SHOTGN|DSHTGN)", "bang"),
    ("freedoom", r"DS(BAREXP|RXPLOD|FIRXPL)", "explosion"),
    ("freedoom", r"DS(PL|PDI|OOF|BFG|PLASMA)", None),
    ("freedoom", r"DS", OTHER),
    ("freedroidrpg-data", r"effects/Glass_Break", "glass"),
    ("freedroidrpg-data", r"tux_ingame_comments/|dialogs?/", VOICE),
    ("ktuberling-data", r"sounds/", VOICE),
    ("linphone-common", r"rings/", OTHER),
    ("lmms-common", r"(drums|beats|bassloops|instruments|stringsnpads)/|misc/(appl|raving)", OTHER),
    ("minetest-data", r"default_break_glass", "glass"),
    ("minetest-data", r"fire_(fire|large|small)|furnace_active", "fire"),
    ("minetest-data", r"tnt_explode", "explosion"),
    ("minetest-data", r"footstep|_dig|_dug|_place|doors_|tool_breaks|cart_moving", OTHER),
    ("nexuiz-data", r"weapons/(campingrifle_fire|shotgun_fire|uzi_fire)", "bang"),
    ("nexuiz-data", r"weapons/(rocket_impact|grenade_impact|hagexp)", "explosion"),
    ("nexuiz-data", r"sound/kh/alarm", "alarm"),
    ("nexuiz-data", r"tutorial/|announcer/|player/.*/coms/|coms/", VOICE),
    ("nexuiz-data", r"weapons/(brass|casings|ric|grenade_bounce|.*reload|tuba)", OTHER),
    ("nexuiz-data", r"ambient/|desertfactory/|plats/|footstep|hitground|steam", OTHER),
    ("redeclipse-data", r"sfx/alarm", "alarm"),
    ("redeclipse-data", r"sfx/burning|ambience/fire", "fire"),
    ("redeclipse-data", r"weapons/explode|mine/explode", "explosion"),
    ("redeclipse-data", r"ambience/(distant_cars|.*wind|cycadas|forest|nightcr|water|riv)", STREET),
    ("redeclipse-data", r"morph/(rain|stormrain|wind|stormwind)|ambience/creek", STREET),
    ("redeclipse-data", r"ambience/(machine|pneum|door|hum)|footstep|ricochet|shell|land", OTHER),
    ("scorched3d-data", r"explosions/(large|medium|small|xlarge|exp|tank)", "explosion"),
    ("scorched3d-data", r"shoot/(machinegun|shotgun)", "bang"),
    ("scorched3d-data", r"misc/scream", "scream"),
    ("scorched3d-data", r"misc/(firetruck|policecar)", "siren"),
    ("scorched3d-data", r"misc/dog", "dog"),
    ("scorched3d-data", r"misc/(citysounds|factoryloop|oceanwaves|cheeringloop)", STREET),
    ("scorched3d-data", r"misc/(carhorn|apache|jet|f1[68]|cessna|heli|thunder|rain)", OTHER),
    ("scorched3d-data", r"misc/(bird|gull|rooster|sheep|cows|moo|frogs|splash|camera)", OTHER),
    ("searchandrescue-data", r"wheel_(screech|skid)|crash_(ground|obstr)", "crash"),
    ("searchandrescue-data", r"sounds/.*(engine|thud|thunder|door|land|splash|flap|gear)", OTHER),
    ("simutrans-pak64", r"sound/explosion", "explosion"),
    ("simutrans-pak64", r"sound/(forest|tropic|seagulls|Water)", STREET),
    ("simutrans-pak64", r"sound/(bus|truck|diesel|jackh|buzzsaw|plane|horse|steam|boat)", OTHER),
    ("simutrans-pak64", r"sound/(crossing|comet|tree-cutting|gavel|dock)", OTHER),
    ("supertux-data", r"sounds/(explosion)", "explosion"),
    ("supertux-data", r"sounds/skid", "crash"),
    ("supertux-data", r"sounds/(fireworks|firecracker|thunder|rain|waterfall|saw|door)", OTHER),
    ("supertux-data", r"sounds/(thud|wood|brick|phone|icecrash|splash)|music/", OTHER),
    ("unknown-horizons", r"sounds/(main_square|tavern|warehouse)", STREET),
    ("unknown-horizons", r"sounds/(smith|lumber|stonemason|windmill|sheep|chapel|ships)", OTHER),
    ("unknown-horizons", r"audio/music/|/music/", OTHER),
    ("warzone2100-data", r"misc/scream", "scream"),
    ("warzone2100-data", r"weapons/(asltmg|mgbar|mgheavy|mgtower)", "bang"),
    ("warzone2100-data", r"explons/(lrg|sml|atnk|med)expl", "explosion"),
    ("warzone2100-data", r"explons/(richet|bldfall)|vehicle/|weapons/(build|weld)", OTHER),
    ("warzone2100-data", r"pcv|taunt|cmndrvoc|trnsppil|countdown", VOICE),
    ("widelands-data", r"taverns/", STREET),
    ("widelands-data", r"animals/(bird|boar|cricket|frog|moose|stag)|duck/|farm/", OTHER),
    ("widelands-data", r"hammering/|smiths/|saw|stonecutter|woodcutting|metal/|mill", OTHER),
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
    "0ad-data": "CC-BY-SA-3.0",
    "7kaa-data": "GPL-2+",
    "barrage": "GPL-2+",
    "bzflag-data": "LGPL-2.1 or MPL-2.0",
    "cube2-data": "CC-BY-3.0, CC-BY-SA-3.0, CC-BY-SA-4.0, public domain and others, by file",
    "fillets-ng-data-cs": "GPL-2+",
    "fillets-ng-data-nl": "GPL-2+",
    "flightgear-data-base": "GPL-2+",
    "freedoom": "BSD-3-Clause",
    "freedroidrpg-data": "GPL-2+ and others, by file",
    "ktuberling-data": "GPL-2+, CC-BY, CC0 and GFDL-1.2+, by file",
    "linphone-common": "GPL-3+",
    "lmms-common": "GPL-2+",
    "minetest-data": "CC-BY-SA-3.0, CC-BY-3.0, CC0 and others, by file",
    "nexuiz-data": "GPL-2+",
    "redeclipse-data": "CC-BY-SA-3.0, CC-BY-3.0, CC0 and Zlib, by file",
    "scorched3d-data": "GPL-2+, CC-BY-SA-3.0 and public domain, by file",
    "searchandrescue-data": "GPL-2",
    "simutrans-pak64": "Artistic-1.0",
    "supertux-data": "GPL-2+, GPL-3+, CC-BY-SA-3.0 and others, by file",
    "unknown-horizons": "GPL-2+, CC-BY-SA-3.0",
    "warzone2100-data": "GPL-2+, CC-BY-SA-3.0 and CC0, by file",
    "widelands-data": "GPL-2+, CC-BY-SA-3.0, by file",
}
"""As the packages state them."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording."""

    path: Path
    label: str
    """A kind, OTHER, VOICE or STREET."""
    origin: str
    """Package, or set and group."""

    @property
    def kind(self) -> EventKind | None:
        """The kind that it holds, or None."""
        return None if self.label in NONE else EventKind(self.label)


def clips(folder: Path, labels: Container[str]) -> list[Clip]:
    """Recordings of some labels under a folder with one subfolder for each package."""
    found = []
    for package in dict.fromkeys(package for package, _, _ in TABLE):
        for path in sorted((folder / package).rglob("*")):
            if path.suffix.lower() in SOUNDS and path.is_file():
                label = label_of(package, path.relative_to(folder / package).as_posix())
                if label is not None and label in labels:
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
