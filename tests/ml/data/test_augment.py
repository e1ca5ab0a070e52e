"""Distorted images are other drawings of the same digit, fitted as all drawings are."""

import math
from dataclasses import fields, replace

import pytest
import torch

from ml.data.augment import Distortion, distort, distort_some
from ml.synthetic.generate import make_digits

STILL = Distortion(*[0.0 for _ in fields(Distortion)])


@pytest.fixture(scope="module")
def images():
    return make_digits(300, seed=0).images


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def test_no_distortion_leaves_an_image_nearly_as_it_was(images):
    difference = (distort(images, generator(), STILL).int() - images.int()).abs().float()
    assert difference.mean() < 12  # the box and the centre fall between pixels


def test_a_distortion_changes_every_image(images):
    difference = (distort(images, generator()).int() - images.int()).abs().float()
    assert difference.mean(dim=(1, 2)).min() > 1


def test_images_keep_their_shape_type_and_peak(images):
    distorted = distort(images, generator())
    assert distorted.shape == images.shape
    assert distorted.dtype == torch.uint8
    assert (distorted.amax(dim=(1, 2)) == 255).all()


def test_a_seed_decides_everything(images):
    assert torch.equal(distort(images, generator(1)), distort(images, generator(1)))
    assert not torch.equal(distort(images, generator(1)), distort(images, generator(2)))


def test_the_given_images_are_left_alone(images):
    before = images.clone()
    distort(images, generator())
    assert torch.equal(images, before)


def test_ink_still_spans_20_px_and_is_centred(images):
    distorted = distort(images, generator())
    inked = distorted > 64
    sides = torch.stack([inked.any(dim=1).sum(dim=1), inked.any(dim=2).sum(dim=1)]).amax(dim=0)
    assert sides.float().mean() == pytest.approx(20, abs=1)
    assert ((sides >= 17) & (sides <= 24)).float().mean() > 0.97
    mass, axis = distorted.double(), torch.arange(28.0).double()
    centre = (mass.sum(dim=1) @ axis) / mass.sum(dim=(1, 2))
    assert ((centre - 14).abs() < 1.5).double().mean() > 0.97


def test_thickness_goes_both_ways(images):
    thicker = distort(images, generator(), replace(STILL, thicken=1.0))
    thinner = distort(images, generator(), replace(STILL, thin=0.6))
    assert thicker.float().mean() > 1.1 * thinner.float().mean()


def test_a_turn_turns(images):
    bar = torch.zeros(64, 28, 28, dtype=torch.uint8)
    bar[:, 4:24, 13:15] = 255
    turned = distort(bar, generator(), replace(STILL, turn=math.radians(30)))
    widths = (turned > 64).any(dim=1).sum(dim=1)
    assert widths.max() > 8


def test_a_squeeze_keeps_upright_lines_upright_and_moves_their_places(images):
    lines = torch.zeros(64, 28, 28, dtype=torch.uint8)
    lines[:, 4:24, 6:8] = lines[:, 4:24, 13:15] = lines[:, 4:24, 20:22] = 255
    squeezed = distort(lines, generator(), replace(STILL, squeeze=1.0))
    profiles = squeezed[:, 8:20].float()  # away from the lines' ends
    assert (profiles - profiles.mean(dim=1, keepdim=True)).abs().max() < 2
    gaps = [(profile.mean(dim=0) > 64).int().diff().nonzero().ravel() for profile in profiles]
    assert len({tuple((gap - gap[0]).tolist()) for gap in gaps}) > 8


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_share_of_the_images_is_distorted(images, share):
    mixed = distort_some(images, share, generator())
    changed = (mixed != images).any(dim=2).any(dim=1).double().mean()
    assert changed == pytest.approx(share, abs=0.1)
