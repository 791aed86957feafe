/* descriptors.c -- how many descriptors the implementation's process holds. */
#include "core/context.h"
#include <dirent.h>
#include <stdio.h>

int64_t iut_descriptors(struct t *t)
{
    long pid = port_pid(t->port);
    if (pid <= 0)
        return -1;
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/fd", pid);
    DIR *d = opendir(path);
    if (!d)
        return -1;
    int64_t n = 0;
    while (readdir(d))
        n++;
    closedir(d);
    return n - 2; /* . and .. */
}
