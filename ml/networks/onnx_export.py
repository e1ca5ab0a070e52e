"""A trained model as ONNX: the file that is served, and that other programs can run."""

import copy
import io

import onnx
import torch
from torch import nn

from ml.networks.layers import name_noted, note_layers
from ml.preprocess import IMAGE_SIDE


class _WithLayers(nn.Module):
    """A network whose outputs are logits, features and what the layers before them give."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, ...]:
        with note_layers(self.network) as given:
            features = self.network.features(images)
        return self.network.classify(features), features, *given.values()


def export_onnx(model: nn.Module) -> bytes:
    """Return the model as ONNX, for any batch size N.

    It takes `images`, normalized float32 (N, 1, 28, 28). Its outputs are `logits`, float32 (N, 10),
    or (N, 11) if it can refuse, `features`, float32 (N, F): what the last layer is given, and what
    `note_layers` notes, float32 (N, …), under the same names, for looking inside.
    """
    network = copy.deepcopy(model).cpu().to(memory_format=torch.contiguous_format).eval()
    program = torch.onnx.export(
        _WithLayers(network).eval(),
        (torch.zeros(2, 1, IMAGE_SIDE, IMAGE_SIDE),),
        input_names=["images"],
        output_names=["logits", "features", *name_noted(network)],
        dynamic_shapes=({0: torch.export.Dim("N")},),
        dynamo=True,
        verbose=False,
    )
    buffer = io.BytesIO()
    program.save(buffer)
    return _drop_notes(buffer.getvalue())


def _drop_notes(content: bytes) -> bytes:
    """Remove what the exporter notes beside each node: this machine's paths, half of a small file.

    Without them the same weights give the same bytes on every machine.
    """
    proto = onnx.load_from_string(content)
    graph = proto.graph
    for part in (proto, graph, *graph.node, *graph.input, *graph.output, *graph.initializer):
        del part.metadata_props[:]
        part.doc_string = ""
    del graph.value_info[:]
    return proto.SerializeToString(deterministic=True)
