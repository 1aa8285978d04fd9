#pragma once

// A target region: the functions between GANGLION_TARGET_BEGIN and GANGLION_TARGET_END are compiled
// for the instruction sets named. Include every header before the region opens, so that no shared
// inline function is compiled inside it; no lambdas and no standard containers within.

#define GANGLION_PRAGMA(text) _Pragma(#text)

#if defined(__clang__)
#define GANGLION_TARGET_BEGIN(isas) \
    GANGLION_PRAGMA(clang attribute push(__attribute__((target(isas))), apply_to = function))
#define GANGLION_TARGET_END GANGLION_PRAGMA(clang attribute pop)
#else
#define GANGLION_TARGET_BEGIN(isas) \
    GANGLION_PRAGMA(GCC push_options) GANGLION_PRAGMA(GCC target(isas))
#define GANGLION_TARGET_END GANGLION_PRAGMA(GCC pop_options)
#endif
