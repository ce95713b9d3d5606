"""The encoder: texts to vectors, under sentence-transformers or ONNX; `factory` opens one."""
