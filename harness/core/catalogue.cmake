# The catalogue of cases, what it covers, and the commands that only show it.  The sources of the
# cases and the expectation lists are compiled in, so that `explain` needs no file at run time.
add_executable(embedc ${CMAKE_CURRENT_LIST_DIR}/embedc.c)
target_link_libraries(embedc PRIVATE spc_flags)
target_compile_options(embedc PRIVATE -fno-sanitize=all)
target_link_options(embedc PRIVATE -fno-sanitize=all)

# spc_embed(LIBRARY SCRIPTS files... EXPECTATIONS files...): the tables of script.h.
function(spc_embed library)
    cmake_parse_arguments(arg "" "" "SCRIPTS;EXPECTATIONS" ${ARGN})
    set(out ${CMAKE_CURRENT_BINARY_DIR}/${library}.c)
    add_custom_command(OUTPUT ${out}
        COMMAND embedc ${out} ${PROJECT_SOURCE_DIR} embedded_scripts ${arg_SCRIPTS}
                -- embedded_expectations ${arg_EXPECTATIONS}
        DEPENDS embedc ${arg_SCRIPTS} ${arg_EXPECTATIONS}
        COMMENT "Sources for ${library}" VERBATIM)
    add_library(${library} STATIC ${out})
    target_include_directories(${library} PUBLIC ${PROJECT_SOURCE_DIR}/harness
                                                 ${PROJECT_SOURCE_DIR}/impl)
    target_link_libraries(${library} PRIVATE spc_flags)
endfunction()

file(GLOB scripts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/harness/cases/*.c)
file(GLOB expectations CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/interop/expect/*.txt)
spc_embed(spc_embedded SCRIPTS ${scripts} EXPECTATIONS ${expectations})

add_library(spc_glob STATIC ${CMAKE_CURRENT_LIST_DIR}/glob.c)
target_include_directories(spc_glob PUBLIC ${PROJECT_SOURCE_DIR}/harness ${PROJECT_SOURCE_DIR}/impl)
target_link_libraries(spc_glob PRIVATE spc_flags)

# Without the embedded tables: a program links spc_embedded, a test tables of its own.
add_library(spc_catalogue STATIC
    ${CMAKE_CURRENT_LIST_DIR}/catalogue.c
    ${CMAKE_CURRENT_LIST_DIR}/cmd_coverage.c
    ${CMAKE_CURRENT_LIST_DIR}/cmd_explain.c
    ${CMAKE_CURRENT_LIST_DIR}/cmd_list.c
    ${CMAKE_CURRENT_LIST_DIR}/coverage.c
    ${CMAKE_CURRENT_LIST_DIR}/diagram.c
    ${CMAKE_CURRENT_LIST_DIR}/expansion.c
    ${CMAKE_CURRENT_LIST_DIR}/nearest.c
    ${CMAKE_CURRENT_LIST_DIR}/output.c
    ${CMAKE_CURRENT_LIST_DIR}/script.c)
target_include_directories(spc_catalogue PUBLIC ${PROJECT_SOURCE_DIR}/harness
                                                ${PROJECT_SOURCE_DIR}/impl)
target_link_libraries(spc_catalogue PUBLIC spc_ledger spc_report spc_glob jansson
                                    PRIVATE spc_flags)
