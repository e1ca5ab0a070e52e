"""What is asked of a run at the same moment, by any process, is all of it done."""

from concurrent.futures import ThreadPoolExecutor

from ml.runs.control import LONGEST_REST, read_control
from webapp.runs import steering


def test_a_stop_is_not_lost_among_other_wishes(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        for _ in range(20):
            pool.submit(steering.set_rest, tmp_path, LONGEST_REST)
            pool.submit(steering.ask_for, tmp_path, "pause")
        pool.submit(steering.ask_for, tmp_path, "stop")
        for _ in range(20):
            pool.submit(steering.set_rest, tmp_path, LONGEST_REST)
            pool.submit(steering.ask_for, tmp_path, "run")
    assert read_control(tmp_path).wanted == "stop"
    assert read_control(tmp_path).rest == LONGEST_REST


def test_no_two_drawings_have_the_same_number(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        drawings = [bytes([n]) * 784 for n in range(40)]
        probes = list(pool.map(lambda seen: steering.give_probe(tmp_path, seen), drawings))
    assert sorted(probe.id for probe in probes) == list(range(1, 41))
    assert [probe.seen for probe in probes] == drawings
