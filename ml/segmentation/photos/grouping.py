"""Interim: digits of one number's ink by components and a plain score."""

import numpy as np

from ml.preprocess import fit_ink, is_blank, normalize
from ml.segmentation.components import find_component_pieces
from ml.segmentation.pieces import compose


def find_digits(reader, ink, name, memories):
    """Return each digit's box, ink and reading."""
    cand = find_component_pieces(ink)
    groups = []
    for g in cand.groups:
        if list(g) != list(range(g[0], g[-1] + 1)):
            continue
        cut, box = compose([cand.pieces[i] for i in g])
        if max(cut.shape) >= 0.15 * ink.shape[0]:
            groups.append((g[0], g[-1] + 1, box, cut))
    if not groups:
        return []
    c = reader.find(reader.default).classifier
    logits = np.concatenate(
        [
            c(normalize(np.stack([fit_ink(g[3]) for g in groups[i : i + 64]])))[0]
            for i in range(0, len(groups), 64)
        ]
    )
    p, no = c.calibration.probabilities(logits), c.calibration.no_digit(logits)
    n = len(cand.pieces)
    best, back = [0.0] + [np.inf] * n, [None] * (n + 1)
    tall = max(p_.box[3] for p_ in cand.pieces)
    for k in range(n):
        for g, (first, last, box, _cut) in enumerate(groups):
            if first != k:
                continue
            ps = [cand.pieces[i].box for i in range(first, last)]
            gap = sum(max(0, b[0] - a[0] - a[2]) for a, b in zip(ps, ps[1:]))
            extra = getattr(cand, "costs", {}).get(tuple(range(first, last)), 0)
            cost = -np.log(max(1e-9, p[g].max())) + 6 * no[g] + 6 * gap / tall + 0.5 + extra
            cost += 2 * max(0, 0.6 - box[3] / tall) * 5
            if best[k] + cost < best[last]:
                best[last], back[last] = best[k] + cost, g
        if best[k] + 6 < best[k + 1] and cand.pieces[k].box[3] < 0.45 * tall:
            best[k + 1], back[k + 1] = best[k] + 6, -k - 1
    out, k = [], n
    while k > 0 and back[k] is not None:
        if back[k] < 0:
            k -= 1
            continue
        first, _last, box, cut = groups[back[k]]
        out.append((box, cut, reader.read_each(cut, [name], memories)[0]))
        k = first
    return out[::-1]
