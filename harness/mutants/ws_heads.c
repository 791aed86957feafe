/* ws_heads.c -- heads of HTTP as text, to be read and changed line by line; what no rule allows
 * stays as it is. */
#include "mutants/ws_stream.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "ws/handshake.h"
#include "ws/sp_mapping.h"

static struct slice next_line(struct slice *rest)
{
    const uint8_t *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
    struct slice line = slice_of(rest->p, end ? (size_t)(end - rest->p) + 1 : rest->n);
    *rest = slice_drop(*rest, line.n);
    return line;
}

static bool is_empty(struct slice line)
{
    return line.n == 0 || line.p[0] == '\n' || (line.n == 2 && line.p[0] == '\r');
}

/* The value behind the colon, without blanks and end of line. */
static bool is_header(struct slice line, const char *name, struct slice *value)
{
    size_t n = strlen(name);
    if (line.n <= n || strncasecmp((const char *)line.p, name, n) != 0 || line.p[n] != ':')
        return false;
    line = slice_drop(line, n + 1);
    while (line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t'))
        line = slice_drop(line, 1);
    while (line.n > 0 && line.p[line.n - 1] <= ' ')
        line.n--;
    *value = line;
    return true;
}

bool http_get(const struct buf *head, const char *name, char *to, size_t cap)
{
    struct slice rest = buf_slice(head), value;
    size_t n = 0;
    bool any = false;
    to[0] = '\0';
    while (rest.n > 0) {
        if (!is_header(next_line(&rest), name, &value))
            continue;
        int more = snprintf(to + n, cap - n, "%s%.*s", any ? ", " : "", (int)value.n,
                            (const char *)value.p);
        n = more < 0 || (size_t)more >= cap - n ? cap - 1 : n + (size_t)more;
        any = true;
    }
    return any;
}

void http_set(struct buf *head, const char *name, const char *value)
{
    struct slice rest = buf_slice(head), ignored;
    struct buf all = { 0 };
    bool begun = false, put = value == NULL;
    while (rest.n > 0) {
        struct slice line = next_line(&rest);
        bool same = is_header(line, name, &ignored);
        if (!put && (same || (begun && is_empty(line)))) {
            buf_printf(&all, "%s: %s\r\n", name, value);
            put = true;
        }
        if (!same)
            buf_put_slice(&all, line);
        begun |= !is_empty(line);
    }
    buf_clear(head);
    buf_put_slice(head, buf_slice(&all));
    buf_free(&all);
}

void http_add(struct buf *head, const char *added)
{
    struct slice rest = buf_slice(head);
    struct buf all = { 0 };
    bool begun = false, put = false;
    while (rest.n > 0) {
        struct slice line = next_line(&rest);
        if (!put && begun && is_empty(line)) {
            buf_printf(&all, "%s\r\n", added);
            put = true;
        }
        buf_put_slice(&all, line);
        begun |= !is_empty(line);
    }
    buf_clear(head);
    buf_put_slice(head, buf_slice(&all));
    buf_free(&all);
}

void http_start(struct buf *head, const char *start)
{
    struct slice rest = buf_slice(head);
    struct buf all = { 0 };
    while (rest.n > 0 && is_empty(next_line(&rest)))
        continue;
    buf_printf(&all, "%s\r\n", start);
    buf_put_slice(&all, rest);
    buf_clear(head);
    buf_put_slice(head, buf_slice(&all));
    buf_free(&all);
}

bool http_starts(const struct buf *head, const char *with)
{
    return slice_starts_with(buf_slice(head), slice_text(with));
}

int http_status(const struct buf *head)
{
    struct slice s = buf_slice(head);
    int status = 0;
    for (size_t i = 9; i < 12 && s.n > 12 && http_starts(head, "HTTP/1."); i++)
        status = 10 * status + s.p[i] - '0';
    return status;
}

const char *ws_own_protocol(const struct octet_fault *f)
{
    const char *name = f->dialled ? ws_sp_offers(f->self) : ws_sp_accepts(f->self);
    return name ? name : "";
}

void ws_due_accept(const struct octet_fault *f, char *to, size_t cap)
{
    char accept[WS_ACCEPT_SIZE + 1];
    ws_accept_key(slice_text(f->ws.key), accept);
    snprintf(to, cap, "%s", accept);
}
