/* chat.h -- the log of the chat, and what a page may POST to it. */
#ifndef SERVE_CHAT_H
#define SERVE_CHAT_H
#include <jansson.h>

enum {
    CHAT_TEXT_MAX = 500, /* octets of UTF-8, of each string of a message */
    CHAT_LOG_MAX = 200,  /* messages that a late page gets */
};

struct chat {
    json_t *log; /* [{"n", "who", "text"}, ...], n counting from 1 */
    json_int_t last;
};

/* {"who", "text"}: numbers it, keeps it; {"knock"}: as it is, not kept: a page that has heard its
 * own knock knows that it is subscribed.  Returns what is to be published, the caller's; NULL:
 * malformed or too long (or no memory). */
json_t *chat_take(struct chat *, const json_t *posted);
json_t *chat_log(struct chat *); /* the caller's; NULL: no memory */
void chat_free(struct chat *);

#endif
