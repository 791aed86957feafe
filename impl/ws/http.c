#include "ws/http.h"
#include <string.h>
#include <strings.h>
#include "base/err.h"

static bool blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static bool digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool control(uint8_t c)
{
    return (c < 0x20 && c != '\t') || c == 0x7f;
}

static struct slice trim(struct slice s)
{
    while (s.n > 0 && blank(s.p[0]))
        s = slice_drop(s, 1);
    while (s.n > 0 && blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

bool http_same(struct slice s, const char *text)
{
    return s.n == strlen(text) && strncasecmp((const char *)s.p, text, s.n) == 0;
}

/* 3.2.6 */
bool http_is_token(struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !digit(c) && (c == 0 || strchr("!#$%&'*+-.^_`|~", c) == NULL))
            return false;
    }
    return s.n > 0;
}

/* ---- lines ---- */

struct lines {
    struct slice rest;
    unsigned flaws;
};

/* Takes the next line, without its end; false: it is not whole. */
static bool next_line(struct lines *l, struct slice *line)
{
    const uint8_t *end = l->rest.n == 0 ? NULL : memchr(l->rest.p, '\n', l->rest.n);
    if (end == NULL)
        return false;
    *line = slice_of(l->rest.p, (size_t)(end - l->rest.p));
    l->rest = slice_drop(l->rest, line->n + 1);
    if (line->n > 0 && line->p[line->n - 1] == '\r')
        line->n--;
    else
        l->flaws |= HTTP_BARE_LF;
    return true;
}

static bool has_control(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (control(s.p[i]))
            return true;
    return false;
}

/* ---- the start line ---- */

static struct slice up_to_space(struct slice *rest)
{
    const uint8_t *end = rest->n == 0 ? NULL : memchr(rest->p, ' ', rest->n);
    struct slice part = slice_of(rest->p, end == NULL ? rest->n : (size_t)(end - rest->p));
    *rest = slice_drop(*rest, end == NULL ? part.n : part.n + 1);
    return part;
}

static bool read_version(struct slice s, struct http_head *out)
{
    if (s.n != 8 || memcmp(s.p, "HTTP/", 5) != 0 || !digit(s.p[5]) || s.p[6] != '.' ||
        !digit(s.p[7]))
        return false;
    out->major = s.p[5] - '0';
    out->minor = s.p[7] - '0';
    return true;
}

static bool read_request_line(struct slice line, struct http_head *out)
{
    out->method = up_to_space(&line);
    out->target = up_to_space(&line);
    return http_is_token(out->method) && out->target.n > 0 && !has_control(out->target) &&
           read_version(line, out);
}

static bool read_status_line(struct slice line, struct http_head *out)
{
    struct slice version = up_to_space(&line), status = up_to_space(&line);
    if (!read_version(version, out) || status.n != 3)
        return false;
    for (int i = 0; i < 3; i++) {
        if (!digit(status.p[i]))
            return false;
        out->status = 10 * out->status + status.p[i] - '0';
    }
    out->reason = line;
    return !has_control(line);
}

/* ---- the fields ---- */

static enum err read_field(struct slice line, struct http_head *out)
{
    if (blank(line.p[0])) {
        if (out->count == 0)
            return E_PROTO;
        struct slice *value = &out->headers[out->count - 1].value;
        value->n = (size_t)(line.p + line.n - value->p);
        out->flaws |= HTTP_FOLDED;
        return E_OK;
    }
    const uint8_t *colon = memchr(line.p, ':', line.n);
    if (colon == NULL)
        return E_PROTO;
    struct slice before = slice_of(line.p, (size_t)(colon - line.p));
    struct http_header h = {
        .name = trim(before),
        .value = trim(slice_drop(line, before.n + 1)),
    };
    if (!http_is_token(h.name))
        return E_PROTO;
    if (out->count == HTTP_HEADERS_MAX)
        return E_TOOLONG;
    if (h.name.n != before.n)
        out->flaws |= HTTP_BLANK_IN_NAME;
    if (has_control(h.value))
        out->flaws |= HTTP_CONTROL;
    out->headers[out->count++] = h;
    return E_OK;
}

static ptrdiff_t read_head(struct slice in, size_t limit, struct http_head *out,
                           bool (*read_start)(struct slice, struct http_head *), bool skip_empty)
{
    struct lines lines = { .rest = in };
    struct slice line = { 0 };
    bool started = false;
    *out = (struct http_head){ 0 };
    if (limit == 0)
        limit = HTTP_HEAD_MAX;
    if (in.n > limit)
        lines.rest.n = limit;
    while (next_line(&lines, &line)) {
        if (line.n == 0 && started) {
            out->flaws |= lines.flaws;
            return lines.rest.p - in.p;
        }
        if (line.n == 0 && skip_empty)
            continue;
        enum err e = E_OK;
        if (!started)
            e = read_start(line, out) ? E_OK : E_PROTO;
        else
            e = read_field(line, out);
        if (e != E_OK)
            return -(ptrdiff_t)e;
        started = true;
    }
    /* Not HTTP at all: there may never be the end of a line. */
    struct slice part = lines.rest;
    if (part.n > 0 && part.p[part.n - 1] == '\r')
        part.n--;
    if (!started && (has_control(part) || (part.n > 0 && blank(part.p[0]))))
        return -E_PROTO;
    return in.n >= limit ? -E_TOOLONG : 0;
}

ptrdiff_t http_request_parse(struct slice in, size_t limit, struct http_head *out)
{
    return read_head(in, limit, out, read_request_line, true);
}

ptrdiff_t http_response_parse(struct slice in, size_t limit, struct http_head *out)
{
    return read_head(in, limit, out, read_status_line, false);
}

/* ---- looking things up ---- */

const struct http_header *http_find(const struct http_head *h, const char *name, size_t *count)
{
    const struct http_header *first = NULL;
    size_t n = 0;
    for (size_t i = 0; i < h->count; i++)
        if (http_same(h->headers[i].name, name)) {
            first = first == NULL ? &h->headers[i] : first;
            n++;
        }
    if (count != NULL)
        *count = n;
    return first;
}

bool http_list_next(struct http_list *l, struct slice *element)
{
    for (;;) {
        while (l->rest.n > 0) {
            const uint8_t *comma = memchr(l->rest.p, ',', l->rest.n);
            size_t n = comma == NULL ? l->rest.n : (size_t)(comma - l->rest.p);
            *element = trim(slice_of(l->rest.p, n));
            l->rest = slice_drop(l->rest, comma == NULL ? n : n + 1);
            if (element->n > 0)
                return true;
        }
        while (l->next < l->head->count && !http_same(l->head->headers[l->next].name, l->name))
            l->next++;
        if (l->next == l->head->count)
            return false;
        l->rest = l->head->headers[l->next++].value;
    }
}

bool http_list_has(const struct http_head *h, const char *name, const char *token)
{
    struct http_list list = { .head = h, .name = name };
    struct slice element;
    while (http_list_next(&list, &element))
        if (http_same(element, token))
            return true;
    return false;
}
