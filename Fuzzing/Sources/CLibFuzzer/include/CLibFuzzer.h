#pragma once
#include <stddef.h>
#include <stdint.h>

// libFuzzer calls this entry with one input after the other; documented in LLVM's "libFuzzer – Using libFuzzer as a
// library". It is part of what `-sanitize=fuzzer` links.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*body)(const uint8_t *bytes, size_t count));
