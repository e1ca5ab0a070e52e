"""The database says which version of each model is served, to every process."""


def test_nothing_is_said_of_models_that_were_never_switched(store):
    assert store.served() == {}


def test_the_last_word_on_a_model_counts(store):
    store.serve("linear", 3)
    store.serve("mlp", 1)
    store.serve("linear", 0)
    assert store.served() == {"linear": 0, "mlp": 1}


def test_another_process_sees_what_is_served(open_store, url):
    ours, theirs = open_store(url, patience=5), open_store(url, patience=5)
    ours.serve("linear", 2)
    assert theirs.served() == {"linear": 2}
    theirs.serve("linear", 1)
    assert ours.served() == {"linear": 1}
