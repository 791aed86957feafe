/* folder.c -- see folder.h. */
#include "core/folder.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool make_folder(char path[FOLDER_PATH])
{
    const char *tmp = getenv("TMPDIR");
    snprintf(path, FOLDER_PATH, "%s/spconform.XXXXXX", tmp && strlen(tmp) < 30 ? tmp : "/tmp");
    return mkdtemp(path);
}

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
