# The byte notation: below everything else of the harness, so that traces and vectors use it too.
add_library(spc_notation STATIC
    ${CMAKE_CURRENT_LIST_DIR}/captures.c
    ${CMAKE_CURRENT_LIST_DIR}/notation.c
    ${CMAKE_CURRENT_LIST_DIR}/notation_explain.c
    ${CMAKE_CURRENT_LIST_DIR}/notation_parse.c
    ${CMAKE_CURRENT_LIST_DIR}/notation_show.c)
target_include_directories(spc_notation PUBLIC ${CMAKE_CURRENT_LIST_DIR}/..)
target_link_libraries(spc_notation PUBLIC spc_base PRIVATE spc_flags)
