"""The palette: told apart by everybody, and on grey paper."""

import itertools

import numpy as np
import pytest

from lanehop.plots import palette
from lanehop.states import CHARGED_STATES, VERDICTS

# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
SIGHTS = {
    "all cones": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]]
)
WHITE = np.array([0.95047, 1, 1.08883])
MEANINGS = ("STATE_COLOURS", "VERDICT_COLOURS", "CLOCK_COLOURS", "OUTCOME_COLOURS")


def linear(colour):
    rgb = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    t = TO_XYZ @ np.clip(rgb, 0, 1) / WHITE
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def lightness(colour):
    return lab(linear(colour))[0]


def contrast(colour):
    return 1.05 / (TO_XYZ[1] @ linear(colour) + 0.05)


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("meanings", MEANINGS)
def test_colours_of_one_picture_are_told_apart_with_any_kind_of_sight(meanings, sight):
    matrix = np.array(SIGHTS[sight])
    for (a, one), (b, other) in itertools.combinations(getattr(palette, meanings).items(), 2):
        distance = np.linalg.norm(lab(matrix @ linear(one)) - lab(matrix @ linear(other)))
        # 2.3 is just noticeable side by side; 18 is seen across a picture.
        assert distance >= 18, (a, b, distance)


@pytest.mark.parametrize("meanings", ["STATE_COLOURS", "OUTCOME_COLOURS"])
def test_what_lies_side_by_side_is_told_apart_in_grey(meanings):
    colours = list(getattr(palette, meanings).values())
    for one, other in itertools.pairwise(colours):
        assert abs(lightness(one) - lightness(other)) >= 7, (one, other)


def test_verdicts_and_clocks_are_told_apart_in_grey():
    for meanings in ("VERDICT_COLOURS", "CLOCK_COLOURS"):
        for one, other in itertools.combinations(getattr(palette, meanings).values(), 2):
            assert abs(lightness(one) - lightness(other)) >= 7, (one, other)


def test_text_is_read_on_paper():
    for colour in (palette.INK, palette.FAINT, *palette.CLOCK_COLOURS.values(), palette.VERDICT_COLOURS["fixed"]):
        assert contrast(colour) >= 4.5, colour


def test_one_meaning_has_one_colour():
    assert set(palette.STATE_COLOURS) == set(CHARGED_STATES)
    assert set(palette.VERDICT_COLOURS) == set(VERDICTS)
    assert palette.VERDICT_COLOURS["unresolved"] == palette.STATE_COLOURS["false_done"]
    assert palette.CLOCK_COLOURS["fix"] == palette.VERDICT_COLOURS["fixed"] == palette.OUTCOME_COLOURS["fixed"]
