spc_test(test_heap net_heap.c LIBS spc_base)
spc_test(test_net_url net_url.c LIBS spc_net)
spc_test(test_net_worlds net_worlds.c LIBS spc_net)
spc_test(test_node net_node_test.c net_node_world.c LIBS spc_net)
