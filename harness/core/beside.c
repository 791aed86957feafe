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

bool peer_command(const char *name, char *command, size_t cap, struct buf *why)
{
    char relative[160], path[1200];
    if (!name[0] || strchr(name, '/') || strlen(name) > 60) {
        buf_printf(why, "--peer takes a name such as nanomsg, not: %s", name);
        return false;
    }
    snprintf(relative, sizeof relative, "interop/adapters/%s", name);
    if (strcmp(name, "reference") == 0) {
        if (!find_beside("spconform", path, sizeof path) &&
            !find_beside("harness/spconform", path, sizeof path)) {
            buf_printf(why, "the program cannot find itself");
            return false;
        }
        snprintf(command, cap, "'%s' adapter", path);
        return true;
    }
    if (find_beside(relative, path, sizeof path)) {
        snprintf(command, cap, "'%s'", path);
        return true;
    }
    snprintf(relative, sizeof relative, "interop/adapters/%s.py", name);
    if (find_beside(relative, path, sizeof path)) {
        snprintf(command, cap, "python3 '%s'", path);
        return true;
    }
    buf_printf(why,
               "--peer %s: no interop/adapters/%s beside the program or above it; build first, or "
               "name the adapter's command with --iut",
               name, name);
    return false;
}
