#include "core/beside.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool find_beside(const char *relative, char *path, size_t cap)
{
    char self[1024];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0)
        return false;
    self[n] = '\0';
    for (char *slash; (slash = strrchr(self, '/')) != NULL;) {
        *slash = '\0';
        int k = snprintf(path, cap, "%s/%s", self, relative);
        if (k > 0 && (size_t)k < cap && access(path, R_OK) == 0)
            return true;
    }
    return false;
}

/* Where a checkout has what belongs to a peer, and where an installation has it. */
static const struct {
    const char *folder, *ending, *interpreter;
} adapters[] = {
    { "interop/adapters", "", "" },
    { "libexec/spconform/adapters", "", "" },
    { "interop/adapters", ".py", "python3 " },
    { "share/spconform/adapters", ".py", "python3 " },
};
static const char *const lists[] = { "interop/expect", "share/spconform/expect" };

static bool find_named(const char *folder, const char *name, const char *ending, char *path,
                       size_t cap)
{
    char relative[160];
    snprintf(relative, sizeof relative, "%s/%s%s", folder, name, ending);
    return find_beside(relative, path, cap);
}

static bool own_command(char *command, size_t cap, struct buf *why)
{
    char path[1200];
    if (!find_beside("spconform", path, sizeof path) &&
        !find_beside("harness/spconform", path, sizeof path)) {
        buf_printf(why, "the program cannot find itself");
        return false;
    }
    snprintf(command, cap, "'%s' adapter", path);
    return true;
}

bool peer_command(const char *name, char *command, size_t cap, struct buf *why)
{
    char path[1200];
    if (!name[0] || strchr(name, '/') || strlen(name) > 60) {
        buf_printf(why, "--peer takes a name such as nanomsg, not: %s", name);
        return false;
    }
    if (strcmp(name, "reference") == 0)
        return own_command(command, cap, why);
    for (size_t i = 0; i < sizeof adapters / sizeof adapters[0]; i++) {
        if (find_named(adapters[i].folder, name, adapters[i].ending, path, sizeof path)) {
            snprintf(command, cap, "%s'%s'", adapters[i].interpreter, path);
            return true;
        }
    }
    buf_printf(why,
               "--peer %s: no interop/adapters/%s beside the program or above it, and none "
               "installed; build first, or name the adapter's command with --iut",
               name, name);
    return false;
}

bool peer_expectations(const char *name, char *path, size_t cap)
{
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        if (find_named(lists[i], name, ".txt", path, cap))
            return true;
    return false;
}
