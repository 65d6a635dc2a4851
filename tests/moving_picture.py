#!/usr/bin/env python3
"""Makes one moving picture of the frames in a directory, which are called NUMBER-MILLISECONDS.png.

Usage: moving_picture.py DIRECTORY FILE.gif
"""

import sys
from collections import Counter
from pathlib import Path

from PIL import Image

# Few, and the same for all frames: what does not change from one to the next then needs no room in the file.
COLOURS = 40
# The least sum of differences in red, green and blue from one of the colours to another.
APART = 20
# Frames that are shown this long have all the colours; those between them only move the pointer.
LONG = 1000


def palette(frames):
    """A picture with the colours to draw all these frames with: those that are used most, exactly as they are."""
    uses = Counter()
    for frame in frames:
        uses.update({colour: count for count, colour in frame.getcolors(frame.width * frame.height)})
    chosen = []
    for colour, _ in uses.most_common():
        if all(sum(abs(a - b) for a, b in zip(colour, other)) >= APART for other in chosen):
            chosen.append(colour)
    picture = Image.new("P", (1, 1))
    picture.putpalette([part for colour in chosen[:COLOURS] for part in colour])
    return picture


def main(directory, file):
    names = sorted(Path(directory).glob("[0-9]*-[0-9]*.png"))
    frames = [Image.open(name).convert("RGB") for name in names]
    times = [int(name.stem.split("-")[1]) for name in names]
    colours = palette([frame for frame, time in zip(frames, times) if time >= LONG])
    first, *others = [frame.quantize(palette=colours, dither=Image.Dither.NONE) for frame in frames]
    first.save(file, save_all=True, append_images=others, duration=times, loop=0, disposal=1)


if __name__ == "__main__":
    main(*sys.argv[1:])
