"""Train the shipped models; needs torch, scikit-learn and onnx, which running them does not."""
