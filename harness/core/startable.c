#include "core/startable.h"
#include "report/text.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The kernel looks for an interpreter whose name ends in a carriage return, and the shell then says
 * that the adapter is not found, though it is there. */
static bool interpreter_is_sound(const char *path, struct buf *why)
{
    char first[256];
    FILE *file = fopen(path, "re");
    bool sound = true;
    if (!file)
        return true; /* what can be executed need not be readable */
    if (fgets(first, sizeof first, file) && first[0] == '#' && first[1] == '!' &&
        strstr(first, "\r\n")) {
        buf_printf(why,
                   "%s: its lines end as on Windows (CR LF), so the interpreter in the first "
                   "one is not found",
                   path);
        sound = false;
    }
    fclose(file);
    return sound;
}

bool startable(const char *command, struct buf *why)
{
    char path[1024];
    struct stat is;
    size_t blank = strspn(command, " \t\n");
    const char *word = command + blank;
    size_t n = strcspn(word, " \t\n");
    if (n == 0) {
        buf_printf(why, "the command is empty");
        return false;
    }
    if (n >= sizeof path || !memchr(word, '/', n) || strcspn(word, "'\"\\$`*?[]{}()<>|&;=~#!") < n)
        return true;
    snprintf(path, sizeof path, "%.*s", (int)n, word);
    if (stat(path, &is) != 0) {
        buf_printf(why, "%s: %s", path, strerror(errno));
        return false;
    }
    if (S_ISDIR(is.st_mode)) {
        buf_printf(why, "%s: a directory", path);
        return false;
    }
    if (access(path, X_OK) != 0) {
        buf_printf(why, "%s: not executable (chmod +x %s)", path, path);
        return false;
    }
    return interpreter_is_sound(path, why);
}

void keep_last_words(char *to, size_t cap, const char *line)
{
    char *safe = text_made(line, TEXT_LINE);
    snprintf(to, cap, "%s", safe ? safe : "");
    free(safe);
}
