import pytest

from webapp.glossary import FORMS, TERMS, Linker

TAUGHT = """epoch, batch, step, learning rate, optimizer, SGD, momentum, RMSprop, Adam, softmax,
logits, cross-entropy, dropout, convolution, pooling, ReLU, checkpoint, validation, parameters,
normalization, calibration, confusion matrix, weight averaging, one-cycle, Muon, AUROC,
calibration error, ECE"""


@pytest.mark.parametrize("name", [" ".join(name.split()) for name in TAUGHT.split(",")])
def test_the_tutorials_words_are_explained(name):
    assert name.lower() in FORMS


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
        'An <a class="term" href="glossary#epoch">epoch</a>, two epochs.'
    )
    assert link("Epochs.") == "Epochs."


def test_the_longest_word_wins():
    assert "#batch-normalization" in Linker()("batch normalization")


@pytest.mark.parametrize("text", ["stepwise", "RMSprops", "mini-batch", "poolside"])
def test_a_part_of_a_word_is_not_linked(text):
    assert Linker()(text) == text


def test_what_is_around_a_word_is_escaped():
    assert Linker()("<i>loss</i>") == (
        '&lt;i&gt;<a class="term" href="glossary#loss">loss</a>&lt;/i&gt;'
    )


def test_an_explanation_does_not_lead_to_itself():
    assert Linker("loss")("The loss.") == "The loss."
