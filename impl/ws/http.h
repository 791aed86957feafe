/* http.h -- the head of an HTTP/1 message (RFC 7230 3): start line and header fields.  Stateless
 * and permissive: what is odd but can be read is read, and told as a flaw. */
#ifndef WS_HTTP_H
#define WS_HTTP_H
#include "base/bytes.h"

enum {
    HTTP_HEADERS_MAX = 64,
    HTTP_HEAD_MAX = 8 * 1024, /* octets, when the caller names no limit */
};

enum http_flaw {
    HTTP_BARE_LF = 1,       /* a line ends in LF alone */
    HTTP_FOLDED = 2,        /* a line begins with a blank: it continues a value (3.2.4) */
    HTTP_BLANK_IN_NAME = 4, /* before the colon (3.2.4) */
    HTTP_CONTROL = 8,       /* a control character in a value: NUL, CR, ... */
};

struct http_header {
    struct slice name, value; /* without the blanks around them */
};

/* Slices point into what was parsed. */
struct http_head {
    struct slice method, target; /* of a request */
    int status;                  /* of a response: 000 to 999 */
    struct slice reason;
    int major, minor;
    unsigned flaws; /* HTTP_BARE_LF | ... */
    size_t count;
    struct http_header headers[HTTP_HEADERS_MAX];
};

/* Octets used, the empty line included; 0: more are needed; -E_PROTO: not HTTP; -E_TOOLONG: longer
 * than `limit` octets (0: HTTP_HEAD_MAX), or more than HTTP_HEADERS_MAX fields.  What is wrong is
 * wrong as soon as its line is there.  A request may follow empty lines (3.5). */
ptrdiff_t http_request_parse(struct slice in, size_t limit, struct http_head *out);
ptrdiff_t http_response_parse(struct slice in, size_t limit, struct http_head *out);

/* Names and tokens compare without regard to case. */
bool http_same(struct slice, const char *text);
bool http_is_token(struct slice);
/* The first field of that name, NULL: none; *count (may be NULL) gets how many there are. */
const struct http_header *http_find(const struct http_head *, const char *name, size_t *count);

/* The elements of a list (7): all fields of that name, split at commas, blanks and empty elements
 * left out.  Begin with { .head = h, .name = "connection" }. */
struct http_list {
    const struct http_head *head;
    const char *name;
    size_t next;       /* the field to look at when `rest` is used up */
    struct slice rest; /* of the field before */
};
bool http_list_next(struct http_list *, struct slice *element);
bool http_list_has(const struct http_head *, const char *name, const char *token);

#endif
