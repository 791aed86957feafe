/* folder.h -- a folder of ours under /tmp. */
#ifndef HARNESS_FOLDER_H
#define HARNESS_FOLDER_H
#include <stdbool.h>

/* With the files and sockets in it; false: errno.  Folders within are not expected. */
bool remove_folder(const char *path);

#endif
