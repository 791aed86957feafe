/* folder.c -- removes what a run left in its folder. */
#include "core/folder.h"
#include <dirent.h>
#include <string.h>
#include <unistd.h>

bool remove_folder(const char *path)
{
    DIR *d = opendir(path);
    if (!d)
        return false;
    for (struct dirent *e; (e = readdir(d));)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            unlinkat(dirfd(d), e->d_name, 0);
    closedir(d);
    return rmdir(path) == 0;
}
