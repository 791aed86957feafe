/* codes.h -- the error codes of the adapter protocol, a closed set. */
#ifndef HARNESS_CODES_H
#define HARNESS_CODES_H
#include <stdbool.h>
#include <string.h>

#define CODES_ALL "timedout|closed|refused|notsup|state|proto|toolong|inuse|auth|inval|other"

/* The word of `n` octets is a whole one of `codes`, which are separated by |. */
static inline bool code_is_one_of(const char *codes, const char *word, size_t n)
{
    for (; *codes; codes += strcspn(codes, "|"), codes += *codes == '|')
        if (strcspn(codes, "|") == n && memcmp(codes, word, n) == 0)
            return true;
    return false;
}

#endif
