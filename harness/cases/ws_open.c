#include "ws_open.h"
#include <ctype.h>
#include <stdlib.h>
#include <strings.h>
#include "any.h"

/* None of these times decides: what has not happened by then is asked for in another way. */
enum { TEXT_MAX = 8192, KEPT_MS = 300, SETTLE_MS = 20, REDIAL = 2 };

/* ---- the implementation listens ---- */

struct shaken asker_(struct at at, struct t *t)
{
    const char *protocol = any_protocol(t, "pair");
    struct iut *s = iut_open(t, protocol);

    return (struct shaken){ .t = t,
                            .s = s,
                            .us = attach_raw_(at, s),
                            .protocol = protocol,
                            .name = ws_name_for(t, protocol) };
}

void ask_again_(struct at at, struct shaken *a)
{
    if (!is_closed(a->us))
        wire_close_(at, a->us);
    if (iut_has(a->t, "pipes"))
        iut_pipes_(at, a->s, 0); /* a PAIR has room for one */
    a->us = attach_raw_(at, a->s);
}

/* A PAIR may not have seen yet that the peer before has left: then it closes this one. */
static void works(struct at at, struct shaken *a)
{
    bool pair = strncmp(a->protocol, "pair", 4) == 0;

    if (!is_black_box(a->t))
        a->us = delivers_good_(at, a->t, a->s, a->us, "pair");
    else if (pair && closes_within_(at, a->us, REFUSAL_MS))
        a->us = serves_next_(at, a->t, a->s, a->protocol);
    else
        still_works_(at, a->t, a->s, a->protocol, a->us);
}

void is_served_(struct at at, struct shaken *a)
{
    ws_expect_upgraded_(at, a->us);
    const char *named = ws_header(a->us, "Sec-WebSocket-Protocol");
    if (!named || strcmp(named, a->name) != 0)
        fail_(at, a->t, "it answers with the sub-protocol %s, and %s was asked for",
              named ? named : "none", a->name);
    works(at, a);
}

/* After a refusal: a new connection is upgraded. */
static void still_serves(struct at at, struct shaken *a)
{
    wire_close_(at, a->us);
    a->us = attach_raw_(at, a->s);
    ws_open_(at, a->us, peer_of(a->protocol));
}

void is_refused_(struct at at, struct shaken *a)
{
    expect_ws_not_upgraded_(at, a->us);
    still_serves(at, a);
}

void is_no_protocol_(struct at at, struct shaken *a)
{
    expect_ws_refused_(at, a->us);
    still_serves(at, a);
}

bool may_be_served_(struct at at, struct shaken *a, const char *what)
{
    if (!ws_answers_within_(at, a->us, patience(a->t))) {
        variant(a->t, "%s is not answered", what);
        still_serves(at, a);
        return false;
    }
    int status = ws_expect_response_(at, a->us);
    if (status == 101) {
        ws_upgraded(a->us);
        works(at, a);
        variant(a->t, "%s is served", what);
        return true;
    }
    if (status == 0)
        variant(a->t, "%s: the connection is closed", what);
    else
        variant(a->t, "%s is refused with status %d", what, status);
    still_serves(at, a);
    return false;
}

static struct shaken asks(struct at at, struct t *t, const struct ws_request *given)
{
    struct shaken a = asker_(at, t);
    struct ws_request r = *given;

    if (!r.protocols)
        r.protocols = a.name;
    ws_send_request_(at, a.us, &r);
    return a;
}

void serves_request_(struct at at, struct t *t, const struct ws_request *r)
{
    struct shaken a = asks(at, t, r);

    is_served_(at, &a);
}

void refuses_request_(struct at at, struct t *t, const struct ws_request *r)
{
    struct shaken a = asks(at, t, r);

    is_refused_(at, &a);
}

bool may_serve_request_(struct at at, struct t *t, const char *what, const struct ws_request *r)
{
    struct shaken a = asks(at, t, r);

    return may_be_served_(at, &a, what);
}

const char *right_request(struct shaken *a)
{
    return ws_request_text(a->us, a->name);
}

/* ---- it dials ---- */

struct shaken answerer_(struct at at, struct t *t)
{
    struct shaken a = { .t = t,
                        .s = iut_open(t, "pair"),
                        .protocol = "pair",
                        .name = "pair.sp.nanomsg.org",
                        .url = our_listener(t),
                        .taken = 1 };

    iut_dial_(at, a.s, a.url);
    a.us = accept_raw_(at, t, a.url);
    ws_expect_request_(at, a.us);
    return a;
}

/* What the application sends comes, and what we send is delivered. */
static void passes_both_ways(struct at at, struct shaken *a, const char *sent)
{
    sp_expect_(at, a->us, sent);
    sp_send_(at, a->us, "'back'");
    iut_expect_(at, a->s, "'back'");
}

void is_taken_(struct at at, struct shaken *a)
{
    const char *code = "closed";

    ws_upgraded(a->us);
    if (!closes_within_(at, a->us, SETTLE_MS))
        code = iut_try_send_(at, a->s, patience(a->t), "'first'");
    if (is_closed(a->us))
        fail_(at, a->t, "it fails the connection, though the handshake is right");
    if (strcmp(code, "ok") != 0)
        fail_(at, a->t, "the handshake is right, and there is no pipe: `send` failed: %s", code);
    passes_both_ways(at, a, "'first'");
}

void is_failed_(struct at at, struct shaken *a)
{
    bool open = !closes_within_(at, a->us, KEPT_MS);

    ws_upgraded(a->us); /* a Close may have come before the end */
    if (open)           /* what would show a pipe */
        iut_try_send_(at, a->s, patience(a->t), "'first'");
    expect_closed_(at, a->us, -1);
}

void takes_another_(struct at at, struct shaken *a)
{
    struct t *t = a->t;

    a->url = our_listener(t);
    iut_dial_(at, a->s, a->url);
    a->us = accept_raw_(at, t, a->url);
    a->taken = 1;
    ws_expect_request_(at, a->us);
    ws_send_response_(at, a->us, &(struct ws_response){ .status = 101 });
    ws_upgraded(a->us);
    iut_send_(at, a->s, "'second'");
    passes_both_ways(at, a, "'second'");
}

void is_no_pipe_(struct at at, struct shaken *a)
{
    struct shaken next = *a;

    takes_another_(at, &next);
    if (is_closed(a->us))
        expect_closed_(at, a->us, -1);
    else
        expect_quiet_(at, a->us, 0, "what was sent has come on another connection");
}

bool dials_within_(struct at at, struct shaken *a, int64_t ms)
{
    struct t *t = a->t;

    for (int64_t since = now(t); connections_seen(t, a->url) <= a->taken && now(t) - since < ms;)
        let_pass_(at, t, 2, "a timer of the implementation decides when it dials again");
    return connections_seen(t, a->url) > a->taken;
}

void dials_again_(struct at at, struct shaken *a)
{
    struct t *t = a->t;

    closes_within_(at, a->us, SETTLE_MS);
    if (!is_closed(a->us))
        wire_close_(at, a->us);
    int64_t since = now(t);
    if (!dials_within_(at, a, REDIAL * patience(t)))
        fail_(at, t, "it has not dialled again");
    if (now(t) - since > patience(t))
        variant(t, "it dials again only after %d s", (int)((now(t) - since + 500) / 1000));
    a->us = accept_raw_(at, t, a->url);
    a->taken++;
    ws_expect_request_(at, a->us);
}

bool may_be_taken_(struct at at, struct shaken *a, const char *what)
{
    const char *code = "closed";

    ws_upgraded(a->us);
    if (!closes_within_(at, a->us, KEPT_MS))
        code = iut_try_send_(at, a->s, patience(a->t), "'first'");
    if (is_closed(a->us)) {
        expect_closed_(at, a->us, -1);
        variant(a->t, "%s: the connection is failed", what);
        return false;
    }
    if (strcmp(code, "ok") != 0) {
        variant(a->t, "%s: the connection is neither failed nor a pipe", what);
        return false;
    }
    passes_both_ways(at, a, "'first'");
    variant(a->t, "%s is taken", what);
    return true;
}

static struct shaken answered(struct at at, struct t *t, const struct ws_response *r)
{
    struct shaken a = answerer_(at, t);
    struct ws_response full = *r;

    if (full.status == 0)
        full.status = 101;
    ws_send_response_(at, a.us, &full);
    return a;
}

void takes_response_(struct at at, struct t *t, const struct ws_response *r)
{
    struct shaken a = answered(at, t, r);

    is_taken_(at, &a);
}

void fails_response_(struct at at, struct t *t, const struct ws_response *r)
{
    struct shaken a = answered(at, t, r);

    if (r->status == 0 || r->status == 101)
        is_failed_(at, &a);
    else
        is_no_pipe_(at, &a);
}

bool may_take_response_(struct at at, struct t *t, const char *what, const struct ws_response *r)
{
    struct shaken a = answered(at, t, r);

    return may_be_taken_(at, &a, what);
}

/* ---- texts ---- */

struct text {
    size_t n;
    char s[TEXT_MAX];
};

static void add(struct text *out, const char *from, size_t n)
{
    if (n > sizeof out->s - 1 - out->n)
        n = sizeof out->s - 1 - out->n;
    memcpy(out->s + out->n, from, n);
    out->n += n;
    out->s[out->n] = '\0';
}

const char *with(struct t *t, const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);

    if (!at)
        cannot_judge(t, "the case is broken: the text to be changed does not contain it");
    return value(t, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

/* The end of the line that begins at `line`, behind its LF. */
static const char *line_end(const char *line)
{
    const char *lf = strchr(line, '\n');

    return lf ? lf + 1 : line + strlen(line);
}

const char *names_in(struct t *t, const char *text, enum name_case how)
{
    struct text out = { 0 };
    const char *line = line_end(text);

    add(&out, text, (size_t)(line - text));
    for (; *line; line = line_end(line)) {
        size_t n = strcspn(line, ":\r\n");
        for (size_t i = 0; i < n; i++) {
            bool up = how == UPPER || (how == MIXED && i % 2 == 1);
            char c = (char)(up ? toupper((unsigned char)line[i]) : tolower((unsigned char)line[i]));
            add(&out, &c, 1);
        }
        add(&out, line + n, (size_t)(line_end(line) - line) - n);
    }
    return value(t, "%s", out.s);
}

const char *colons_as(struct t *t, const char *text, const char *before, const char *behind)
{
    struct text out = { 0 };
    const char *line = line_end(text);

    add(&out, text, (size_t)(line - text));
    for (; *line; line = line_end(line)) {
        size_t n = strcspn(line, ":\r\n"), all = (size_t)(line_end(line) - line);
        add(&out, line, n);
        if (line[n] == ':') {
            size_t blanks = strspn(line + n + 1, " ");
            add(&out, before, strlen(before));
            add(&out, ":", 1);
            add(&out, behind, strlen(behind));
            n += 1 + blanks;
        }
        add(&out, line + n, all - n);
    }
    return value(t, "%s", out.s);
}

const char *reversed(struct t *t, const char *text)
{
    struct text out = { 0 };
    const char *lines[64], *line = line_end(text);
    size_t count = 0;

    add(&out, text, (size_t)(line - text));
    for (; *line && *line != '\r' && count < 63; line = line_end(line))
        lines[count++] = line;
    lines[count] = line;
    while (count-- > 0)
        add(&out, lines[count], (size_t)(lines[count + 1] - lines[count]));
    add(&out, line, strlen(line));
    return value(t, "%s", out.s);
}

bool has_token(const char *list, const char *token)
{
    for (const char *at = list; at && *at; at += strspn(at, " \t,")) {
        size_t n = strcspn(at, " \t,");
        if (n == strlen(token) && strncasecmp(at, token, n) == 0)
            return true;
        at += n;
    }
    return false;
}

const char *text_octets(struct t *t, const char *text)
{
    static const char digits[] = "0123456789abcdef";
    char out[2 * 900 + 1];
    size_t n = strlen(text);

    if (n > 900)
        cannot_judge(t, "the case is broken: the text is too long");
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[(unsigned char)text[i] >> 4];
        out[2 * i + 1] = digits[text[i] & 15];
    }
    out[2 * n] = '\0';
    return value(t, "%s", out);
}
