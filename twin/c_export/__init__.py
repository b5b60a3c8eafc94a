"""INT8 models as self-contained C for microcontrollers, bit for bit what onnxruntime computes."""
