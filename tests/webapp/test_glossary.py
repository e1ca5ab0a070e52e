import re

import pytest

from webapp.glossary import FIRST, FORMS, OTHERS, TERMS, Linker

TAUGHT = """epoch, batch, step, learning rate, optimizer, SGD, momentum, RMSprop, Adam, softmax,
logits, cross-entropy, dropout, convolution, pooling, ReLU, checkpoint, validation, parameters,
normalization, calibration, confusion matrix, weight averaging, one-cycle, Muon, AUROC,
calibration error, ECE"""
BEGINNERS = """machine learning, deep learning, neuron, weights and bias, logistic regression,
multilayer perceptron, CNN, stride, feature map, activation function, fully connected layer,
gradient descent, backpropagation, training data, underfitting, negative log-likelihood, tensor,
state dict, data loader, transformation, log interval, determinism, ONNX"""


@pytest.mark.parametrize("name", [" ".join(name.split()) for name in TAUGHT.split(",")])
def test_the_tutorials_words_are_explained(name):
    assert name.lower() in FORMS


def test_five_words_come_first_and_the_others_in_the_order_of_the_alphabet():
    first = ["neural network", "training", "probability", "test set", "overfitting"]
    assert [term.name for term in FIRST] == first
    names = [term.name.lower() for term in OTHERS]
    assert names == sorted(names)


@pytest.mark.parametrize("name", [" ".join(name.split()) for name in BEGINNERS.split(",")])
def test_a_beginners_word_is_explained_in_two_sentences_and_can_be_seen(name):
    [term] = [term for term in TERMS if term.name == name]
    assert len(re.findall(r"[.?](?: |$)", term.text)) == 2
    assert term.seen


def test_no_two_terms_share_a_word_or_an_anchor():
    forms = [form.lower() for term in TERMS for form in (term.name, *term.forms)]
    assert len(forms) == len(set(forms))
    assert len({term.anchor for term in TERMS}) == len(TERMS)


def test_an_explanation_is_a_sentence_or_a_few():
    for term in TERMS:
        assert term.text.endswith(".")
        assert len(term.text) < 260


def test_a_word_is_linked_where_it_first_appears():
    link = Linker()
    assert link("An epoch, two epochs.") == (
        'An <a class="term" href="/glossary#epoch">epoch</a>, two epochs.'
    )
    assert link("Epochs.") == "Epochs."


def test_the_longest_word_wins():
    assert "#batch-normalization" in Linker()("batch normalization")


@pytest.mark.parametrize("text", ["stepwise", "RMSprops", "mini-batch", "poolside"])
def test_a_part_of_a_word_is_not_linked(text):
    assert Linker()(text) == text


def test_what_is_around_a_word_is_escaped():
    assert Linker()("<i>loss</i>") == (
        '&lt;i&gt;<a class="term" href="/glossary#loss">loss</a>&lt;/i&gt;'
    )


def test_an_explanation_does_not_lead_to_itself():
    assert Linker("loss")("The loss.") == "The loss."
