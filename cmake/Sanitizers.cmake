set(SANITIZE "" CACHE STRING "Sanitizers, semicolon-separated: address;undefined or thread")
if(SANITIZE)
    string(REPLACE ";" "," list "${SANITIZE}")
    add_compile_options(-fsanitize=${list} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${list})
endif()

option(FUZZ "Build the fuzz entries as libFuzzer programs (clang)" OFF)
if(FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link) # coverage guides them
endif()
