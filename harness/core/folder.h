/* folder.h -- a folder of ours for what does not outlive the command. */
#ifndef HARNESS_FOLDER_H
#define HARNESS_FOLDER_H
#include <stdbool.h>

enum { FOLDER_PATH = 64 };

/* A new one, below $TMPDIR unless that is long: addresses of ipc have little room.  False: errno;
 * the path is what could not be made. */
bool make_folder(char path[FOLDER_PATH]);
/* With the files and sockets in it; false: errno.  Folders within are not expected. */
bool remove_folder(const char *path);

#endif
