"""The architectures, their weights, cards and ONNX files, and what their logits mean."""
