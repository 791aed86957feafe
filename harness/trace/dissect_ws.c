/* dissect_ws.c -- an opening handshake line by line, then frames; payloads are named unmasked. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "sp/protocol.h"
#include "trace/dissect.h"
#include "ws/frame.h"

static const char *opcode_name(uint8_t opcode)
{
    static const char *const names[16] = { "Continuation", "Text", "Binary", NULL,   NULL,  NULL,
                                           NULL,           NULL,   "Close",  "Ping", "Pong" };
    return names[opcode & 15] ? names[opcode & 15] : "reserved opcode";
}

static bool is_control(const struct dissector *d)
{
    return d->ws.opcode & 8;
}

static void begin_frame(struct dissector *d)
{
    d->step = DISSECT_WS_HEAD;
    d->ws.at = 0;
}

/* Behind the head: what the payload begins with. */
static void begin_payload(struct dissector *d)
{
    bool continues = d->ws.opcode == WS_CONTINUATION;
    enum sp_header header = dissect_header_of(dissect_sender(d));
    d->left = d->size;
    d->tags = 0;
    if (d->left == 0)
        begin_frame(d);
    else if (d->ws.opcode == WS_CLOSE && d->left >= 2)
        d->step = DISSECT_WS_CODE;
    else if (is_control(d) || continues || header == SP_HEADER_NONE)
        d->step = DISSECT_BODY;
    else if (d->left < 4)
        d->step = DISSECT_SHORT;
    else
        d->step = header == SP_HEADER_TAGS ? DISSECT_TAG : DISSECT_HOPS;
}

static void behind_head(struct dissector *d)
{
    if (d->ws.masked)
        d->step = DISSECT_WS_KEY;
    else
        begin_payload(d);
}

static void name_head(struct dissector *d, struct dissected *f)
{
    uint8_t first = d->got[0], length = d->got[1] & 0x7f;
    d->ws.opcode = first & 15;
    d->ws.masked = d->got[1] & 0x80;
    f->wrong = (first & WS_RSV) || (d->ws.opcode & 7) > 2;
    int n = snprintf(f->value, sizeof f->value, "%s%s%s%s%s, %s", first & WS_FIN ? "FIN " : "",
                     first & WS_RSV1 ? "RSV1 " : "", first & WS_RSV2 ? "RSV2 " : "",
                     first & WS_RSV3 ? "RSV3 " : "", opcode_name(d->ws.opcode),
                     d->ws.masked ? "masked" : "not masked");
    if (length < 126)
        snprintf(f->value + n, sizeof f->value - (size_t)n, ", %u octet%s", length,
                 length == 1 ? "" : "s");
    d->size = length;
    if (length >= 126)
        d->step = DISSECT_WS_LENGTH;
    else
        behind_head(d);
}

static void name_length(struct dissector *d, struct dissected *f)
{
    bool wide = d->size == 127;
    d->size = wide ? get_be64(d->got) : get_be16(d->got);
    f->wrong = d->size < 126 || (wide && d->size < 65536) || d->size >> 63;
    snprintf(f->value, sizeof f->value, "%" PRIu64 " octets%s", d->size,
             d->size >> 63 ? ": the top bit is set"
             : f->wrong    ? ": a shorter form would do"
                           : "");
    behind_head(d);
}

static void unmask(const struct dissector *d, uint8_t *p, size_t n, uint64_t at)
{
    for (size_t i = 0; d->ws.masked && i < n; i++)
        p[i] ^= d->ws.key[(at + i) & 3];
}

/* d->got holds a field of the payload. */
static void name_in_payload(struct dissector *d, struct dissected *f, size_t n)
{
    unmask(d, d->got, n, d->ws.at);
    d->ws.at += n;
    d->left -= n;
    if (d->step == DISSECT_WS_CODE) {
        snprintf(f->value, sizeof f->value, "%u", get_be16(d->got));
    } else if (d->step == DISSECT_HOPS) {
        f->wrong = get_be32(d->got) > 0xff;
        snprintf(f->value, sizeof f->value, "%" PRIu32, get_be32(d->got));
    } else {
        bool last = get_be32(d->got) >> 31;
        f->name = last ? "id" : "hop";
        f->wrong = !last && d->left < 4;
        snprintf(f->value, sizeof f->value, "0x%08" PRIx32 "%s", get_be32(d->got),
                 f->wrong ? ": no id behind it" : "");
        if (!last && d->left >= 4)
            return; /* the next tag */
    }
    if (d->left == 0)
        begin_frame(d);
    else
        d->step = DISSECT_BODY;
}

/* size 0: any number of octets. */
struct step {
    const char *name, *clause;
    size_t size;
};
static struct step step_of(const struct dissector *d)
{
    static const struct step steps[] = {
        [DISSECT_HTTP_LINE] = { "line", "RFC 6455 4", 0 },
        [DISSECT_WS_HEAD] = { "frame", "RFC 6455 5.2", 2 },
        [DISSECT_WS_LENGTH] = { "length", "RFC 6455 5.2", 2 },
        [DISSECT_WS_KEY] = { "mask", "RFC 6455 5.3", 4 },
        [DISSECT_WS_CODE] = { "code", "RFC 6455 7.4", 2 },
        [DISSECT_TAG] = { "tag", "", 4 },
        [DISSECT_HOPS] = { "hops", "", 4 },
        [DISSECT_SHORT] = { "header cut short", "", 0 },
        [DISSECT_BODY] = { "body", "", 0 },
    };
    struct step step = steps[d->step];
    if (d->step == DISSECT_TAG || d->step == DISSECT_HOPS || d->step == DISSECT_SHORT)
        step.clause = dissect_header_clause(dissect_sender(d));
    if (d->step == DISSECT_WS_LENGTH && d->size == 127)
        step.size = 8;
    return step;
}

static void name_fixed(struct dissector *d, struct dissected *f, size_t size)
{
    if (d->step == DISSECT_WS_HEAD) {
        name_head(d, f);
    } else if (d->step == DISSECT_WS_LENGTH) {
        name_length(d, f);
    } else if (d->step == DISSECT_WS_KEY) {
        memcpy(d->ws.key, d->got, sizeof d->ws.key);
        begin_payload(d);
    } else {
        name_in_payload(d, f, size);
    }
}

/* A line of the handshake, or a part of it; `have` is whether some of it came before. */
static size_t name_line(struct dissector *d, struct dissected *f, struct slice in)
{
    const uint8_t *end = memchr(in.p, '\n', in.n);
    size_t n = end ? (size_t)(end - in.p) + 1 : in.n;
    bool empty = end && d->have == 0 && (n == 1 || (n == 2 && in.p[0] == '\r'));
    f->octets = slice_of(in.p, n);
    f->complete = end != NULL;
    if (empty && d->offset == 0)
        empty = false; /* in front of a request: RFC 7230 3.5 */
    if (empty)
        snprintf(f->value, sizeof f->value, "the end of the head");
    d->have = end ? 0 : d->have + n;
    if (empty)
        begin_frame(d);
    return n;
}

/* The rest of the payload, as far as it is here: up to 32 octets of it in the clear. */
static size_t name_run(struct dissector *d, struct dissected *f, struct slice in)
{
    enum { SHOWN = 32 };
    size_t n = d->left < in.n ? (size_t)d->left : in.n;
    uint8_t plain[SHOWN];
    size_t shown = n < SHOWN ? n : SHOWN;
    memcpy(plain, in.p, shown);
    unmask(d, plain, shown, d->ws.at);
    int at = snprintf(f->value, sizeof f->value, "%zu octet%s", n, n == 1 ? "" : "s");
    if (d->ws.masked) {
        for (size_t i = 0; i < shown; i++)
            plain[i] = plain[i] >= ' ' && plain[i] <= '~' ? plain[i] : '.';
        at += snprintf(f->value + at, sizeof f->value - (size_t)at, ": |%.*s|%s", (int)shown,
                       (const char *)plain, n > shown ? "..." : "");
    }
    f->octets = slice_of(in.p, n);
    f->wrong = d->step == DISSECT_SHORT;
    d->ws.at += n;
    d->left -= n;
    f->complete = d->left == 0;
    if (f->complete)
        begin_frame(d);
    return n;
}

static size_t name_part(struct dissector *d, struct dissected *f, struct slice in, size_t size)
{
    size_t due = size - d->have, n = in.n < due ? in.n : due;
    memcpy(d->got + d->have, in.p, n);
    d->have += n;
    f->octets = slice_of(in.p, n);
    f->complete = n == due;
    if (!f->complete) {
        snprintf(f->value, sizeof f->value, "%zu of %zu octets", d->have, size);
        return n;
    }
    name_fixed(d, f, size);
    d->have = 0;
    return n;
}

void dissect_ws(struct dissector *d, struct slice in,
                void (*field)(void *, const struct dissected *), void *ctx)
{
    while (in.n) {
        struct step step = step_of(d);
        if (d->step == DISSECT_WS_HEAD && d->have == 0)
            d->frame++;
        struct dissected f = {
            .offset = d->offset, .frame = d->frame, .name = step.name, .clause = step.clause
        };
        size_t n = d->step == DISSECT_HTTP_LINE ? name_line(d, &f, in)
                   : step.size == 0             ? name_run(d, &f, in)
                                                : name_part(d, &f, in, step.size);
        d->offset += n;
        in = slice_drop(in, n);
        field(ctx, &f);
    }
}
