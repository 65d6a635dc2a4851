#!/usr/bin/env python3
"""Makes one moving picture of the frames in a directory, which are called NUMBER-MILLISECONDS.png.

Usage: moving_picture.py DIRECTORY FILE.gif
"""

import sys
from pathlib import Path

from PIL import Image

# Few, and the same for all frames: what does not change from one to the next then needs no room in the file.
COLOURS = 64
# Frames that are shown this long have all the colours; those between them only move the pointer.
LONG = 1000


def palette(frames):
    """The colours of all these frames, for each frame to be drawn with. The rare ones, which warn, are among them."""
    width, height = frames[0].size
    sheet = Image.new("RGB", (width, height * len(frames)))
    for number, frame in enumerate(frames):
        sheet.paste(frame, (0, number * height))
    return sheet.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE)


def main(directory, file):
    names = sorted(Path(directory).glob("[0-9]*-[0-9]*.png"))
    frames = [Image.open(name).convert("RGB") for name in names]
    times = [int(name.stem.split("-")[1]) for name in names]
    colours = palette([frame for frame, time in zip(frames, times) if time >= LONG])
    first, *others = [frame.quantize(palette=colours, dither=Image.Dither.NONE) for frame in frames]
    first.save(file, save_all=True, append_images=others, duration=times, loop=0, disposal=1)


if __name__ == "__main__":
    main(*sys.argv[1:])
