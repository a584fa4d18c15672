"""Pictures and sounds in folders, as people would bring them."""

import csv
import wave

import cv2
import numpy as np


def picture(path, seed, width=64, height=48):
    chance = np.random.default_rng(seed)
    coarse = chance.integers(0, 256, (height // 8, width // 8, 3)).astype(np.uint8)
    cv2.imwrite(str(path), cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR))
    return path


def pictures(folder, count=6, first=0):
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        picture(folder / f"p{number:03}.png", first + number)
    return folder


def boxes(folder, rows):
    with (folder / "boxes.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["image", "left", "top", "box_width", "box_height"])
        writer.writerows(rows)


def sound(path, hertz, seconds=1.2, rate=16_000):
    time_s = np.arange(int(seconds * rate)) / rate
    wave_form = (np.sin(2 * np.pi * hertz * time_s) * 8000).astype(np.int16)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(wave_form.tobytes())
    return path
