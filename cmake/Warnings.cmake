# One list of flags for every target.  Assertions stay on in every build type: a tool that judges
# others must not go on with a broken invariant.
add_library(spc_flags INTERFACE)
target_compile_definitions(spc_flags INTERFACE _GNU_SOURCE)
target_compile_options(spc_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes
    -Wmissing-prototypes -Wwrite-strings -Wundef -Wpointer-arith -Wcast-qual -Wformat=2
    -Wimplicit-fallthrough -Wvla -Wswitch-enum)
option(WERROR "Treat warnings as errors" OFF)
if(WERROR)
    target_compile_options(spc_flags INTERFACE -Werror)
endif()
foreach(type RELEASE RELWITHDEBINFO MINSIZEREL)
    string(REPLACE "-DNDEBUG" "" CMAKE_C_FLAGS_${type} "${CMAKE_C_FLAGS_${type}}")
endforeach()
