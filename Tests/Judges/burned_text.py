"""Finds text in pictures, by the font as Pillow reads it from Debian's xfonts-base: no code and no glyph is shared with lamina."""

import gzip

import numpy as np
from PIL import Image, PcfFontFile
from scipy.signal import fftconvolve

FONT = "/usr/share/fonts/X11/misc/8x13B-ISO8859-1.pcf.gz"


def picture(path):
    return np.asarray(Image.open(path).convert("RGB"))


def rendered(text, factor):
    """Pixels of one line of text, rows x columns."""
    with gzip.open(FONT) as file:
        glyphs = PcfFontFile.PcfFontFile(file).glyph
    return np.kron(np.hstack([np.asarray(glyphs[ord(letter)][3], bool) for letter in text]), np.ones((factor, factor), bool))


def places(pixels, text, colour, factor):
    """The middles (x, y) of where a text stands in a colour: every pixel of the letters has it, and none between them."""
    mask = (pixels == np.array(colour)).all(axis=2)
    shape = rendered(text, factor)
    # +1 for each pixel that is in place, -1 for each that should not be there: only an exact match counts all.
    score = fftconvolve(mask.astype(float), np.where(shape, 1.0, -1.0)[::-1, ::-1], mode="valid")
    rows, columns = np.nonzero(score > shape.sum() - 0.5)
    return [(x + shape.shape[1] / 2, y + shape.shape[0] / 2) for y, x in zip(rows, columns)]


def letters(picture):
    """The letters at the middle of the left, right, upper and lower edge."""
    height, width, _ = picture.shape
    found = {}
    for letter in "LRAPHF":
        for x, y in places(picture, letter, (255, 255, 255), 2):
            if abs(y - height / 2) < 20 and (x < 40 or x > width - 40):
                found["left" if x < 40 else "right"] = letter
            elif abs(x - width / 2) < 20 and (y < 25 or y > height - 25):
                found["up" if y < 25 else "down"] = letter
    return found
