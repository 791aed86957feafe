add_library(spc_expectations STATIC
    ${CMAKE_CURRENT_LIST_DIR}/expectations.c
    ${CMAKE_CURRENT_LIST_DIR}/expectation_parse.c
    ${CMAKE_CURRENT_LIST_DIR}/expectation_update.c)
target_include_directories(spc_expectations PUBLIC ${PROJECT_SOURCE_DIR}/harness
                                                   ${PROJECT_SOURCE_DIR}/impl)
target_link_libraries(spc_expectations PUBLIC spc_base spc_report spc_glob PRIVATE spc_flags)
