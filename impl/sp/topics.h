/* topics.h -- a set of byte prefixes. */
#ifndef SP_TOPICS_H
#define SP_TOPICS_H
#include "base/bytes.h"
#include "base/err.h"

struct topics {
    struct slice *v; /* owned; sorted bytewise, a prefix before what it begins */
    size_t n, cap;
};

enum err topics_add(struct topics *, struct slice); /* there already: E_OK, not counted; E_NOMEM */
enum err topics_remove(struct topics *, struct slice);       /* absent: E_INVAL */
bool topics_match(const struct topics *, struct slice text); /* some topic begins `text` */
void topics_free(struct topics *);

#endif
