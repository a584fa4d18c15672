"""Closed vocabularies. A new word here makes every `match` that forgets it fail the type check."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NewType

StreamId = NewType("StreamId", str)
"""Names one stream of one source, e.g. "video", "audio-1". Holds no address and no credential."""


class Kind(StrEnum):
    """What a finder can find in a picture."""

    FACE = "face"
    HEAD = "head"
    PERSON = "person"
    VEHICLE = "vehicle"
    PLATE = "plate"


class Sort(StrEnum):
    """Which sort of vehicle is counted. To what is hidden, a vehicle is a vehicle (`Kind`)."""

    BICYCLE = "bicycle"
    MOTORCYCLE = "motorcycle"
    CAR = "car"
    BUS = "bus"
    TRUCK = "truck"
    UNSURE = "vehicle_unsure"
    """Looks at it did not agree."""


Counted = Kind | Sort
"""What a figure is a number of."""


class Sensitive(StrEnum):
    """What a policy decides about; every policy has an answer for each."""

    HEAD = "head"
    """Faces and heads, seen from any side."""
    PLATE = "plate"
    """Number plates."""
    PERSON = "person"
    """Whole people: body, clothing, gait."""
    SPEECH = "speech"
    """Who speaks and what is said."""


class Cause(StrEnum):
    """Why a region is covered on a frame."""

    DETECTION = "detection"
    """A finder saw it on this very frame."""
    TRACKING = "tracking"
    """Carried on between or after detections."""
    LOOK_AHEAD = "look_ahead"
    """Walked back from a later first detection."""
    PRIOR = "prior"
    """Follows from something else: a person has a head."""


class Loss(StrEnum):
    """Why an item that was read was not written."""

    UNANALYSED = "unanalysed"
    """A finder that the policy needs failed on it."""
    UNPROTECTED = "unprotected"
    """An operator failed on it."""
    LATE = "late"
    """A live queue was full."""


ZoneId = NewType("ZoneId", str)
"""Names a zone or a counting line of the rules, e.g. "crossing"; see `word`."""

PlaceId = NewType("PlaceId", str)
"""Names what a camera, microphone or sensor looks at, e.g. "piazza-dante"; see `word`."""

DirectionId = NewType("DirectionId", str)
"""Names a way across a line ("in"), or from one line to another ("north>south")."""

_WORD = re.compile(r"[a-z0-9](?:[a-z0-9_.-]{0,38}[a-z0-9])?")


def word(text: str) -> str:
    """`text` if it may name a place, zone or direction: 1 to 40 of a-z, 0-9, "-", "_" and ".".

    Raises:
        ValueError: It is anything else. So no free text travels with a fact.
    """
    if not _WORD.fullmatch(text):
        raise ValueError(f'"{text[:40]}" is no name: use up to 40 of a-z, 0-9, "-", "_" and "."')
    return text


class EventKind(StrEnum):
    """What can be told as an event."""

    BANG = "bang"
    """A gunshot, or anything as short and loud that cannot be told from one."""
    EXPLOSION = "explosion"
    SCREAM = "scream"
    SHOUT = "shout"
    GLASS = "glass"
    """Glass that breaks."""
    CRASH = "crash"
    """A collision or a skid, as heard."""
    SIREN = "siren"
    ALARM = "alarm"
    FIRE = "fire"
    """Crackle of a fire, as heard."""
    DOG = "dog"
    BABY_CRY = "baby_cry"

    FALL = "fall"
    """Somebody went down and stays low."""
    LYING = "lying"
    """Somebody lies, however that came about."""
    CROWDING = "crowding"
    """People fill a zone beyond its limit, or fill it fast."""
    CROWD_RUNNING = "crowd_running"
    LOITERING = "loitering"
    """Somebody stays in a zone for longer than its limit."""
    WRONG_WAY = "wrong_way"
    PERSON_ON_CARRIAGEWAY = "person_on_carriageway"
    VEHICLE_STOPPED = "vehicle_stopped"
    """A vehicle stands where traffic flows."""
    VEHICLE_FORBIDDEN = "vehicle_forbidden"
    """A vehicle is in a zone where it may not be: parking, a pedestrian zone."""
    OBJECT_LEFT = "object_left"
    """Something that is neither a person nor a vehicle was put down and stays."""

    CAMERA_COVERED = "camera_covered"
    CAMERA_MOVED = "camera_moved"
    CAMERA_BLINDED = "camera_blinded"
    """Too bright, too dark or too blurred to see anything."""
    OUT_OF_ENVELOPE = "out_of_envelope"
    """The picture is unlike those that the finders were measured on."""

    PANIC = "panic"
    """A bang or a scream, and people who run."""
    COLLISION = "collision"
    """A crash as heard, and vehicles that stop."""


class Phase(StrEnum):
    """Which end of an event is told."""

    BEGAN = "began"
    """It goes on; its end is what is known so far."""
    ENDED = "ended"


class Unit(StrEnum):
    """Units of facts, spelled after UCUM where that has a word."""

    COUNT = "1"
    PER_HOUR = "1/h"
    PER_SQUARE_METRE = "1/m2"
    SHARE = "share"
    """0 to 1."""
    SECOND = "s"
    METRE = "m"
    METRE_PER_SECOND = "m/s"
    HEIGHTS_PER_SECOND = "height/s"
    """Own heights in the picture a second, where nothing says how many metres a pixel is."""
    WIDTHS_PER_SECOND = "width/s"
    """Own widths in the picture a second, likewise."""
    DEGREE = "deg"
    """Of an angle."""
    DECIBEL = "dB"
    DECIBEL_A = "dB(A)"
    CELSIUS = "Cel"
    PERCENT = "%"
    HECTOPASCAL = "hPa"
    LUX = "lx"
    MILLIMETRE = "mm"
    MILLIMETRE_PER_HOUR = "mm/h"
    MICROGRAM_PER_CUBIC_METRE = "ug/m3"
    PARTS_PER_MILLION = "ppm"


class Quantity(StrEnum):
    """What a statistic is a number of."""

    CROSSINGS = "crossings"
    """Passes over a line."""
    FLOW = "flow"
    """Passes over a line, an hour."""
    TRIPS = "trips"
    """Passes over one line that followed one over another."""
    ENTRIES = "entries"
    """People or vehicles that came into a zone."""
    OCCUPANCY = "occupancy"
    """How many were in a zone, mean over time."""
    OCCUPANCY_MOST = "occupancy_most"
    DENSITY_MOST = "density_most"
    """Most people a square metre."""
    DWELL = "dwell"
    """How long those who left a zone had been in it, mean."""
    SPEED = "speed"
    """Mean over those that passed."""
    HEADWAY = "headway"
    """Time from one vehicle to the next over a line, mean."""
    QUEUE = "queue"
    """How many vehicles stood in a zone, mean over time."""
    QUEUE_MOST = "queue_most"
    QUEUE_LENGTH_MOST = "queue_length_most"
    """How far the queue reached, m."""

    LEVEL_EQUIVALENT = "laeq"
    LEVEL_MOST = "lamax"
    LEVEL_10 = "la10"
    """Exceeded for a tenth of the time."""
    LEVEL_90 = "la90"
    LEVEL_BAND = "band_level"
    """Of one third of an octave, whose nominal frequency in Hz stands in `direction`."""

    TEMPERATURE = "temperature"
    HUMIDITY = "humidity"
    PRESSURE = "pressure"
    RAIN = "rain"
    RAIN_RATE = "rain_rate"
    WIND = "wind"
    WIND_FROM = "wind_from"
    ILLUMINANCE = "illuminance"
    PM10 = "pm10"
    PM25 = "pm25"
    NO2 = "no2"
    OZONE = "o3"
    CO2 = "co2"


class Measure(StrEnum):
    """What a rule compares with a limit before it speaks of an event."""

    SCORE = "score"
    """Of a network, 0 to 1."""
    LEVEL = "level"
    """Loudness above what is usual there."""
    LASTED = "lasted"
    SPEED = "speed"
    ANGLE = "angle"
    """Between the way taken and the way allowed."""
    PEOPLE = "people"
    VEHICLES = "vehicles"
    DENSITY = "density"
    GROWTH = "growth"
    """How many times as many as before."""
    ASPECT = "aspect"
    """Width over height."""
    HEIGHT = "height"
    """As a share of the height when upright."""
    DROP = "drop"
    """How fast the height shrank."""
    BRIGHTNESS = "brightness"
    CONTRAST = "contrast"
    DETAIL = "detail"
    """Share of the edges that were there before."""
    SHIFT = "shift"
    """How far the picture moved, as a share of its width."""
    AREA = "area"
    """Share of the picture."""
    APART = "apart"
    """Time between what was heard and what was seen."""


def plain(name: str) -> str:
    """A file's name as any terminal, log and JSON can show it.

    What moves a cursor, breaks a line, turns the order of letters or is no character at all stands
    there as an escape.
    """
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in name)
