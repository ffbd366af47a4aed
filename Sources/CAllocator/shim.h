#pragma once

#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

// mallopt() is glibc's own, and not in Swift's module of it. 1 if the allocator took all of it, 0 if it is another one.
static inline int lapwing_keep_less_memory(int arenas, int mmap_threshold, int trim_threshold) {
#ifdef __GLIBC__
    return mallopt(M_ARENA_MAX, arenas) && mallopt(M_MMAP_THRESHOLD, mmap_threshold) &&
           mallopt(M_TRIM_THRESHOLD, trim_threshold);
#else
    (void)arenas, (void)mmap_threshold, (void)trim_threshold;
    return 0;
#endif
}
