/* pipes.c -- how many pipes a socket of the npm package nanomsg has.  The library in it counts
 * them, under the lock that a send takes; the package does not pass the count on. */
#include <dlfcn.h>
#include <nn.h>
#include <node_api.h>
#include <stdint.h>

static uint64_t (*get_statistic)(int socket, int statistic);

/* pipes(number of the socket) */
static napi_value pipes(napi_env env, napi_callback_info info)
{
    napi_value argument, count;
    size_t n = 1;
    int32_t socket = -1;
    if (napi_get_cb_info(env, info, &n, &argument, NULL, NULL) != napi_ok ||
        napi_get_value_int32(env, argument, &socket) != napi_ok ||
        napi_create_double(env, (double)get_statistic(socket, NN_STAT_CURRENT_CONNECTIONS),
                           &count) != napi_ok)
        return NULL;
    return count;
}

/* open(path of the package's library, which is loaded already) -> pipes */
static napi_value open_library(napi_env env, napi_callback_info info)
{
    napi_value argument, function;
    size_t n = 1;
    char path[4096];
    if (napi_get_cb_info(env, info, &n, &argument, NULL, NULL) != napi_ok ||
        napi_get_value_string_utf8(env, argument, path, sizeof path, NULL) != napi_ok)
        return NULL;
    void *library = dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
    if (library)
        *(void **)&get_statistic = dlsym(library, "nn_get_statistic");
    if (!get_statistic) {
        napi_throw_error(env, NULL, "the package nanomsg has no nn_get_statistic");
        return NULL;
    }
    napi_create_function(env, "pipes", NAPI_AUTO_LENGTH, pipes, NULL, &function);
    return function;
}

NAPI_MODULE_INIT()
{
    napi_value function;
    (void)exports;
    napi_create_function(env, "open", NAPI_AUTO_LENGTH, open_library, NULL, &function);
    return function;
}
