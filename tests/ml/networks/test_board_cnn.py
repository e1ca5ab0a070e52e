"""The board's network: the mean of two members, one of which sees the drawing stretched."""

import numpy as np
import pytest
import torch

from ml.networks.board_cnn import NAMED, gather, stretch
from ml.networks.registry import build_model
from ml.preprocess import IMAGE_SIDE, normalize
from ml.synthetic import non_digits

HALVES = slice(0, 4), slice(4, 7)  # of seven images
PAPER, FULL = normalize(np.array([[[0, 255]]], np.uint8)).ravel().tolist()


def test_the_board_network_answers_with_the_mean_of_members_that_differ():
    torch.manual_seed(0)
    model = build_model("board_cnn").eval()
    images = torch.randn(3, 1, 28, 28)
    with torch.inference_mode():
        views = images, stretch(images)
        first, second = (member(view) for member, view in zip(model.members, views, strict=True))
        assert (first - second).abs().max() > 0.01
        assert torch.allclose(model(images), gather((first + second) / 2))


def test_the_board_network_has_an_answer_for_each_letter_and_symbol_that_is_taught_by_name():
    assert len(non_digits.NAMED) == NAMED
    assert build_model("board_cnn").plain(torch.zeros(1, 1, 28, 28)).shape == (1, 11 + NAMED)


def test_gathered_answers_keep_the_probability_of_every_digit():
    logits = torch.randn(5, 11 + NAMED, generator=torch.Generator().manual_seed(0))
    gathered = gather(logits)
    assert gathered.shape == (5, 11)
    assert torch.allclose(gathered.softmax(dim=1)[:, :10], logits.softmax(dim=1)[:, :10])


def test_in_training_each_member_of_the_board_network_answers_for_its_part_of_a_batch():
    torch.manual_seed(0)
    model = build_model("board_cnn").train()
    images = torch.randn(7, 1, 28, 28)
    views = images[HALVES[0]], stretch(images[HALVES[1]])
    first, second = (member(view) for member, view in zip(model.members, views, strict=True))
    assert torch.equal(model(images), torch.cat([first, second]))
    model.zero_grad()
    model(images)[4:].sum().backward()  # the second member's answers
    gradients = [[each.grad for each in member.parameters()] for member in model.members]
    assert all(not each.any() for each in gradients[0])
    assert any(each.any() for each in gradients[1])


def test_the_stretched_image_is_made_in_float32_where_training_calculates_in_bfloat16():
    torch.manual_seed(0)
    model = build_model("board_cnn").train()
    images = torch.randn(7, 1, 28, 28)
    seen = []
    model.stretched.conv1.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    with torch.autocast("cpu", torch.bfloat16):
        assert model(images).dtype == torch.bfloat16
    assert torch.equal(seen[0], stretch(images[HALVES[1]]))


def draw(rows, columns, ink=255):
    """Return one normalized image with a filled rectangle at these rows and columns."""
    image = np.zeros((1, IMAGE_SIDE, IMAGE_SIDE), np.uint8)
    image[:, rows, columns] = ink
    return torch.from_numpy(normalize(image))


def measure(image):
    """Return first and last row, first and last column with more than a half of full ink."""
    inked = image[0, 0] > (PAPER + FULL) / 2
    rows, columns = inked.any(dim=1).nonzero().ravel(), inked.any(dim=0).nonzero().ravel()
    return rows[0].item(), rows[-1].item(), columns[0].item(), columns[-1].item()


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        (slice(4, 24), slice(8, 20)),  # high
        (slice(9, 19), slice(4, 24)),  # flat
        (slice(2, 22), slice(1, 21)),  # square, not in the middle
        (slice(0, 28), slice(0, 28)),  # larger than it should be
    ],
)
def test_ink_fills_a_square_in_the_middle(rows, columns):
    assert measure(stretch(draw(rows, columns))) == (4, 23, 4, 23)


def test_no_side_becomes_more_than_twice_as_long():
    assert measure(stretch(draw(slice(4, 24), slice(10, 18)))) == (4, 23, 6, 21)
    assert measure(stretch(draw(slice(10, 18), slice(4, 24)))) == (6, 21, 4, 23)


@pytest.mark.parametrize(("fringe", "is_ink"), [(50, False), (70, True)])
def test_an_edge_belongs_to_the_ink_from_the_grey_on_that_preprocessing_takes(fringe, is_ink):
    image = draw(slice(4, 24), slice(9, 19))
    edges = draw(slice(4, 24), slice(7, 21), fringe)
    inner = measure(stretch(torch.maximum(image, edges)))
    assert inner == ((4, 23, 7, 20) if is_ink else (4, 23, 4, 23))


def test_a_square_that_is_in_its_place_stays_what_it_is():
    image = draw(slice(4, 24), slice(4, 24))
    image[0, 0, 10:14, 10:14] = PAPER
    assert torch.allclose(stretch(image), image, atol=1e-6)


def test_paper_stays_paper():
    paper = torch.from_numpy(normalize(np.zeros((2, IMAGE_SIDE, IMAGE_SIDE), np.uint8)))
    assert torch.allclose(stretch(paper), paper, atol=1e-6)


def test_each_image_is_stretched_for_itself():
    images = torch.cat([draw(slice(4, 24), slice(8, 20)), draw(slice(9, 19), slice(4, 24), 90)])
    together = stretch(images)
    assert together.shape == (2, 1, IMAGE_SIDE, IMAGE_SIDE)
    for number in range(2):
        assert torch.allclose(together[number], stretch(images[number : number + 1])[0], atol=1e-6)
