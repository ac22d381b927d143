"""Kernels by kind of machine. Each comes with its own packing of weights and is held to `inference.moe.reference`."""
