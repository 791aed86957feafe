#include "core/options.h"
#include <errno.h>
#include <stdlib.h>

bool parse_number(const char *text, long long least, long long most, long long *out)
{
    char *end;
    errno = 0;
    *out = strtoll(text, &end, 0);
    return *text && !*end && errno == 0 && *out >= least && *out <= most;
}
