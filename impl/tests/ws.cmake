foreach(name mask frame http handshake upgrade opening conn messages limits closing mapping nomem)
    spc_test(test_ws_${name} ws_${name}.c LIBS spc_ws)
endforeach()
target_link_options(test_ws_nomem PRIVATE LINKER:--wrap=malloc,--wrap=realloc,--wrap=free)
