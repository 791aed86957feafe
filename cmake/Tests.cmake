# spc_test(NAME sources... LIBS libraries...): one cmocka program, one ctest test.
find_library(CMOCKA_LIBRARY cmocka REQUIRED)
function(spc_test name)
    cmake_parse_arguments(arg "" "" "LIBS" ${ARGN})
    add_executable(${name} ${arg_UNPARSED_ARGUMENTS})
    target_link_libraries(${name} PRIVATE spc_flags ${arg_LIBS} ${CMOCKA_LIBRARY})
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT 60)
endfunction()
