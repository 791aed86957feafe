#include "net/url.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static bool parse_port(const char *p, uint16_t *out)
{
    unsigned v = 0;
    if (!*p || strlen(p) > 5)
        return false;
    for (; *p; p++) {
        if (*p < '0' || *p > '9')
            return false;
        v = v * 10 + (unsigned)(*p - '0');
    }
    *out = (uint16_t)v;
    return v <= 65535;
}

/* A name of letters, digits, dots, hyphens and underscores; all digits and dots would be a
 * mistyped address. */
static bool is_host_name(const char *s)
{
    bool letter = false;
    for (; *s; s++) {
        bool alpha = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z');
        if (!alpha && !(*s >= '0' && *s <= '9') && !strchr(".-_", *s))
            return false;
        letter = letter || alpha;
    }
    return letter;
}

static enum err parse_tcp(const char *text, struct url *u)
{
    const char *colon = strrchr(text, ':');
    if (!colon || !parse_port(colon + 1, &u->port))
        return E_INVAL;
    size_t n = (size_t)(colon - text);
    if (n >= 2 && text[0] == '[' && text[n - 1] == ']') {
        char host[INET6_ADDRSTRLEN];
        if (n - 2 >= sizeof host)
            return E_INVAL;
        memcpy(host, text + 1, n - 2);
        host[n - 2] = 0;
        u->scheme = URL_TCP6;
        return inet_pton(AF_INET6, host, u->addr) == 1 ? E_OK : E_INVAL;
    }
    if (n > URL_PATH_MAX)
        return E_INVAL;
    memcpy(u->name, text, n);
    u->name[n] = 0;
    u->scheme = URL_TCP4;
    if (n == 0 || strcmp(u->name, "*") == 0 || inet_pton(AF_INET, u->name, u->addr) == 1) {
        u->name[0] = 0;
        return E_OK;
    }
    u->scheme = URL_TCP_NAME;
    return is_host_name(u->name) ? E_OK : E_INVAL;
}

static enum err parse_name(const char *text, enum url_scheme scheme, struct url *u)
{
    size_t n = strlen(text);
    if (n == 0 || n > URL_PATH_MAX)
        return E_INVAL;
    memcpy(u->name, text, n + 1);
    u->scheme = scheme;
    return E_OK;
}

/* RFC 6455 3: ws-URI without a fragment. */
static enum err parse_ws(const char *text, struct url *u)
{
    char authority[URL_WS_MAX + 8];
    size_t n = strcspn(text, "/?#"), rest = strlen(text + n);
    if (n + rest > URL_WS_MAX || strchr(text + n, '#'))
        return E_INVAL;
    for (const char *p = text + n; *p; p++)
        if (*p <= ' ' || *p == 0x7f)
            return E_INVAL;
    memcpy(authority, text, n);
    authority[n] = 0;
    const char *bracket = strrchr(authority, ']');
    if (n > 0 && !strchr(bracket ? bracket : authority, ':'))
        memcpy(authority + n, u->tls ? ":443" : ":80", u->tls ? 5 : 4);
    snprintf(u->target, sizeof u->target, "%s%s", text[n] == '/' ? "" : "/", text + n);
    u->ws = true;
    return parse_tcp(authority, u);
}

enum err url_parse(const char *text, struct url *out)
{
    memset(out, 0, sizeof *out);
    out->tls = strncmp(text, "tls+tcp://", 10) == 0 || strncmp(text, "wss://", 6) == 0;
    if (strncmp(text, "tcp://", 6) == 0)
        return parse_tcp(text + 6, out);
    if (strncmp(text, "tls+tcp://", 10) == 0)
        return parse_tcp(text + 10, out);
    if (strncmp(text, "ws://", 5) == 0)
        return parse_ws(text + 5, out);
    if (strncmp(text, "wss://", 6) == 0)
        return parse_ws(text + 6, out);
    if (strncmp(text, "ipc://", 6) == 0)
        return parse_name(text + 6, URL_IPC, out);
    if (strncmp(text, "inproc://", 9) == 0)
        return parse_name(text + 9, URL_INPROC, out);
    return E_INVAL;
}

void url_authority(const struct url *u, char *out, size_t cap)
{
    char host[INET6_ADDRSTRLEN];
    switch (u->scheme) {
    case URL_TCP4:
        inet_ntop(AF_INET, u->addr, host, sizeof host);
        snprintf(out, cap, "%s:%u", host, u->port);
        break;
    case URL_TCP6:
        inet_ntop(AF_INET6, u->addr, host, sizeof host);
        snprintf(out, cap, "[%s]:%u", host, u->port);
        break;
    case URL_TCP_NAME:
        snprintf(out, cap, "%s:%u", u->name, u->port);
        break;
    case URL_IPC:
    case URL_INPROC:
        snprintf(out, cap, "%s", u->name);
        break;
    }
}

static const char *scheme_text(const struct url *u)
{
    if (u->scheme == URL_IPC)
        return "ipc";
    if (u->scheme == URL_INPROC)
        return "inproc";
    if (u->ws)
        return u->tls ? "wss" : "ws";
    return u->tls ? "tls+tcp" : "tcp";
}

void url_text(const struct url *u, char *out, size_t cap)
{
    char authority[URL_PATH_MAX + 8];
    url_authority(u, authority, sizeof authority);
    snprintf(out, cap, "%s://%s%s", scheme_text(u), authority, u->target);
}

struct url url_below(const struct url *u)
{
    struct url below = *u;
    below.tls = below.ws = false;
    below.target[0] = 0;
    return below;
}

void url_with_port(const char *asked, const char *found, char *out, size_t cap)
{
    struct url as, at;
    if (url_parse(asked, &as) != E_OK || url_parse(found, &at) != E_OK || !(as.ws || as.tls)) {
        snprintf(out, cap, "%s", found);
        return;
    }
    as.port = at.port;
    url_text(&as, out, cap);
}

bool url_any_address(const struct url *u)
{
    static const uint8_t zero[16];
    return memcmp(u->addr, zero, sizeof zero) == 0;
}
