"""The encoder in C++, compiled where it runs: products in AMX tiles or AVX-512 VNNI."""
