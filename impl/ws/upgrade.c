#include "ws/upgrade.h"
#include <string.h>
#include "base/base64.h"
#include "ws/handshake.h"

static bool same_text(struct slice s, const char *text)
{
    return slice_equal(s, slice_text(text));
}

/* RFC 7230 3.2.4, 3.3 and 3.5: what a lenient reader would guess at. */
static const char *flaw(const struct http_head *h)
{
    if ((h->flaws & HTTP_BARE_LF) != 0)
        return "a line ends in LF alone";
    if ((h->flaws & HTTP_FOLDED) != 0)
        return "a header is folded";
    if ((h->flaws & HTTP_BLANK_IN_NAME) != 0)
        return "a blank before the colon of a header";
    if ((h->flaws & HTTP_CONTROL) != 0)
        return "a control character in a header";
    return NULL;
}

static const struct http_header *only(const struct http_head *h, const char *name)
{
    size_t count;
    const struct http_header *first = http_find(h, name, &count);
    return count == 1 ? first : NULL;
}

/* ---- the server looks at a request ---- */

/* The path of the target; absolute-form (RFC 7230 5.3.2) has the authority in front. */
static struct slice path_of(struct slice target)
{
    for (size_t i = 0; i + 2 < target.n && target.p[0] != '/'; i++)
        if (memcmp(target.p + i, "://", 3) == 0) {
            target = slice_drop(target, i + 3);
            while (target.n > 0 && target.p[0] != '/' && target.p[0] != '?')
                target = slice_drop(target, 1);
            if (target.n == 0 || target.p[0] == '?')
                return slice_text("/");
            break;
        }
    const uint8_t *query = target.n == 0 ? NULL : memchr(target.p, '?', target.n);
    return query == NULL ? target : slice_of(target.p, (size_t)(query - target.p));
}

static bool has_body(const struct http_head *h)
{
    struct http_list lengths = { .head = h, .name = "content-length" };
    struct slice length;
    while (http_list_next(&lengths, &length))
        if (!same_text(length, "0"))
            return true;
    return http_find(h, "transfer-encoding", NULL) != NULL;
}

static bool good_host(const struct http_head *h)
{
    const struct http_header *host = only(h, "host");
    if (host == NULL || host->value.n == 0)
        return false;
    for (size_t i = 0; i < host->value.n; i++)
        if (host->value.p[i] <= ' ' || strchr(",/?#@", host->value.p[i]) != NULL)
            return false;
    return true;
}

static bool good_key(const struct http_header *key)
{
    uint8_t nonce[WS_KEY_SIZE / 4 * 3];
    return key != NULL && key->value.n == WS_KEY_SIZE && base64_decode(nonce, key->value) == 16;
}

/* ---- extensions: the grammar of RFC 6455 9.1 ---- */

static void skip_blanks(struct slice *s)
{
    while (s->n > 0 && (s->p[0] == ' ' || s->p[0] == '\t'))
        *s = slice_drop(*s, 1);
}

static bool skip(struct slice *s, char c)
{
    skip_blanks(s);
    if (s->n == 0 || s->p[0] != (uint8_t)c)
        return false;
    *s = slice_drop(*s, 1);
    return true;
}

static bool skip_token(struct slice *s)
{
    size_t n = 0;
    skip_blanks(s);
    while (n < s->n && http_is_token(slice_of(s->p + n, 1)))
        n++;
    *s = slice_drop(*s, n);
    return n > 0;
}

/* A quoted string whose value is a token; the opening quote is gone. */
static bool skip_quoted(struct slice *s)
{
    size_t octets = 0;
    for (; s->n > 0 && s->p[0] != '"'; octets++) {
        if (s->p[0] == '\\')
            *s = slice_drop(*s, 1);
        if (s->n == 0 || !http_is_token(slice_of(s->p, 1)))
            return false;
        *s = slice_drop(*s, 1);
    }
    return octets > 0 && skip(s, '"');
}

static bool skip_extension(struct slice *s)
{
    if (!skip_token(s))
        return false;
    while (skip(s, ';')) {
        if (!skip_token(s))
            return false;
        if (skip(s, '=') && !(skip(s, '"') ? skip_quoted(s) : skip_token(s)))
            return false;
    }
    return true;
}

static bool good_extensions(const struct http_head *h)
{
    for (size_t i = 0; i < h->count; i++) {
        struct slice rest = h->headers[i].value;
        if (!http_same(h->headers[i].name, "sec-websocket-extensions"))
            continue;
        do {
            while (skip(&rest, ','))
                ;
            if (rest.n > 0 && !skip_extension(&rest))
                return false;
        } while (skip(&rest, ','));
        if (rest.n > 0)
            return false;
    }
    return true;
}

static struct ws_verdict refuse(int status, const char *why)
{
    return (struct ws_verdict){ .status = status, .why = why };
}

static struct ws_verdict select_protocol(const struct http_head *h, const struct ws_rules *rules,
                                         struct ws_verdict v)
{
    static const char name[] = "sec-websocket-protocol";
    struct http_list offers = { .head = h, .name = name };
    struct slice offer;
    bool any = false;
    while (http_list_next(&offers, &offer)) {
        any = true;
        if (!http_is_token(offer))
            return refuse(400, "a sub-protocol is not a token");
        for (size_t i = 0; rules->protocols != NULL && rules->protocols[i] != NULL; i++)
            if (v.protocol == NULL && http_same(offer, rules->protocols[i])) {
                v.selected = offer;
                v.protocol = rules->protocols[i];
            }
    }
    if (v.protocol != NULL || (!any && rules->without_protocol))
        return v;
    return refuse(400, any ? "no sub-protocol offered is served" : "no sub-protocol is offered");
}

struct ws_verdict ws_judge_request(const struct http_head *h, const struct ws_rules *rules)
{
    const char *why = flaw(h);
    const struct http_header *key = only(h, "sec-websocket-key");
    const struct http_header *version = only(h, "sec-websocket-version");
    if (why != NULL)
        return refuse(400, why);
    if (h->major != 1 || h->minor < 1)
        return refuse(505, "not HTTP/1.1");
    if (!same_text(h->method, "GET"))
        return refuse(405, "the method is not GET");
    if (!good_host(h))
        return refuse(400, "no Host, more than one, or none that could be one");
    if (has_body(h))
        return refuse(400, "the request has a body");
    if (rules->path != NULL && !same_text(path_of(h->target), rules->path))
        return refuse(404, "nothing is served at this path");
    if (!http_list_has(h, "upgrade", "websocket"))
        return refuse(426, "Upgrade does not name websocket");
    if (!http_list_has(h, "connection", "upgrade"))
        return refuse(400, "Connection does not name Upgrade");
    if (version == NULL)
        return refuse(400, "no Sec-WebSocket-Version, or more than one");
    if (!same_text(version->value, "13"))
        return refuse(426, "Sec-WebSocket-Version is not 13");
    if (!good_key(key))
        return refuse(400, "Sec-WebSocket-Key is not one of 16 octets");
    if (!good_extensions(h))
        return refuse(400, "Sec-WebSocket-Extensions breaks its grammar");
    return select_protocol(h, rules, (struct ws_verdict){ .status = 101, .key = key->value });
}

/* ---- the client looks at the response ---- */

const char *ws_judge_response(const struct http_head *h, struct slice key, const char *protocol)
{
    char expected[WS_ACCEPT_SIZE + 1];
    size_t count;
    const char *why = flaw(h);
    const struct http_header *upgrade = only(h, "upgrade");
    const struct http_header *accept = only(h, "sec-websocket-accept");
    const struct http_header *selected = http_find(h, "sec-websocket-protocol", &count);
    if (h->status != 101)
        return "the server refuses to upgrade";
    if (why != NULL)
        return why;
    if (h->major != 1 || h->minor < 1)
        return "not HTTP/1.1";
    if (upgrade == NULL || !http_same(upgrade->value, "websocket"))
        return "Upgrade is not websocket";
    if (!http_list_has(h, "connection", "upgrade"))
        return "Connection does not name Upgrade";
    ws_accept_key(key, expected);
    if (accept == NULL || !same_text(accept->value, expected))
        return "Sec-WebSocket-Accept does not answer the key";
    struct http_list extensions = { .head = h, .name = "sec-websocket-extensions" };
    struct slice extension;
    if (http_list_next(&extensions, &extension))
        return "an extension was not offered";
    if (count > 1)
        return "more than one Sec-WebSocket-Protocol";
    if (protocol == NULL && selected != NULL)
        return "a sub-protocol was not offered";
    if (protocol != NULL && selected == NULL)
        return "no sub-protocol is selected";
    if (protocol != NULL && !same_text(selected->value, protocol))
        return "another sub-protocol was offered";
    return NULL;
}
