/* dissect.c -- octets of a stream to named fields. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "sp/protocol.h"
#include "trace/dissect.h"

uint16_t dissect_sender(const struct dissector *d)
{
    return sp_protocol_numbered(d->type) ? d->type : d->type_otherwise;
}

enum sp_header dissect_header_of(uint16_t type)
{
    switch (type) {
    case SP_REQ:
    case SP_REP:
    case SP_SURVEYOR:
    case SP_RESPONDENT:
        return SP_HEADER_TAGS;
    case SP_PAIR1:
        return SP_HEADER_HOPS;
    default: /* any 16-bit number, not one of an enum */
        return SP_HEADER_NONE;
    }
}

const char *dissect_header_clause(uint16_t type)
{
    switch (type) {
    case SP_REQ:
        return "sp-request-reply-01 6.1";
    case SP_REP:
        return "sp-request-reply-01 6.2";
    case SP_SURVEYOR:
        return "sp-surveyor-01 6.1";
    case SP_RESPONDENT:
        return "sp-surveyor-01 6.2";
    default:
        return "de facto";
    }
}

static const char *step_name(enum dissect_step step)
{
    switch (step) {
    case DISSECT_MAGIC:
        return "magic";
    case DISSECT_VERSION:
        return "version";
    case DISSECT_TYPE:
        return "type";
    case DISSECT_RESERVED:
        return "reserved";
    case DISSECT_FRAME_TYPE:
        return "frame type";
    case DISSECT_LENGTH:
        return "length";
    case DISSECT_TAG:
        return "tag";
    case DISSECT_HOPS:
        return "hops";
    case DISSECT_SHORT:
        return "header cut short";
    case DISSECT_BODY:
        return "body";
    case DISSECT_GARBAGE:
        return "octets";
    case DISSECT_HTTP_LINE:
    case DISSECT_WS_HEAD:
    case DISSECT_WS_LENGTH:
    case DISSECT_WS_KEY:
    case DISSECT_WS_CODE:
        break; /* dissect_ws.c */
    }
    return "";
}

static const char *step_clause(const struct dissector *d)
{
    bool ipc = d->framing == TRACE_IPC;
    switch (d->step) {
    case DISSECT_MAGIC:
    case DISSECT_VERSION:
    case DISSECT_RESERVED:
        return ipc ? "sp-ipc-mapping-01 2" : "sp-tcp-mapping-01 2";
    case DISSECT_TYPE:
        return "sp-protocol-ids-01 1";
    case DISSECT_FRAME_TYPE:
        return "sp-ipc-mapping-01 3";
    case DISSECT_LENGTH:
        return ipc ? "sp-ipc-mapping-01 4" : "sp-tcp-mapping-01 3";
    case DISSECT_TAG:
    case DISSECT_HOPS:
    case DISSECT_SHORT:
        return dissect_header_clause(dissect_sender(d));
    case DISSECT_BODY:
    case DISSECT_GARBAGE:
        return "";
    case DISSECT_HTTP_LINE:
    case DISSECT_WS_HEAD:
    case DISSECT_WS_LENGTH:
    case DISSECT_WS_KEY:
    case DISSECT_WS_CODE:
        break; /* dissect_ws.c */
    }
    return "";
}

/* Octets of the field of this step. */
static uint64_t step_size(const struct dissector *d)
{
    switch (d->step) {
    case DISSECT_MAGIC:
        return 3;
    case DISSECT_VERSION:
    case DISSECT_FRAME_TYPE:
        return 1;
    case DISSECT_TYPE:
    case DISSECT_RESERVED:
        return 2;
    case DISSECT_LENGTH:
        return 8;
    case DISSECT_TAG:
    case DISSECT_HOPS:
        return 4;
    case DISSECT_SHORT:
    case DISSECT_BODY:
        return d->left;
    case DISSECT_GARBAGE:
        return UINT64_MAX;
    case DISSECT_HTTP_LINE:
    case DISSECT_WS_HEAD:
    case DISSECT_WS_LENGTH:
    case DISSECT_WS_KEY:
    case DISSECT_WS_CODE:
        break; /* dissect_ws.c */
    }
    return UINT64_MAX;
}

static enum dissect_step frame_start(const struct dissector *d)
{
    return d->framing == TRACE_IPC ? DISSECT_FRAME_TYPE : DISSECT_LENGTH;
}

static enum dissect_step next_in_payload(const struct dissector *d, bool header_due)
{
    if (d->left == 0)
        return frame_start(d);
    enum sp_header header = header_due ? dissect_header_of(dissect_sender(d)) : SP_HEADER_NONE;
    if (header == SP_HEADER_NONE)
        return DISSECT_BODY;
    if (d->left < 4)
        return DISSECT_SHORT;
    return header == SP_HEADER_TAGS ? DISSECT_TAG : DISSECT_HOPS;
}

void dissector_init(struct dissector *d, enum trace_framing framing, uint16_t type_otherwise,
                    bool greeted)
{
    *d = (struct dissector){ .framing = framing, .type_otherwise = type_otherwise };
    if (framing == TRACE_WS)
        d->step = greeted ? DISSECT_WS_HEAD : DISSECT_HTTP_LINE;
    else
        d->step = greeted ? frame_start(d) : DISSECT_MAGIC;
}

static void describe_type(struct dissected *f, uint16_t type)
{
    const struct sp_protocol *p = sp_protocol_numbered(type);
    char name[24] = "unknown";
    for (size_t i = 0; p && i < sizeof name - 1 && p->name[i]; i++) {
        name[i] = p->name[i];
        if (name[i] >= 'a' && name[i] <= 'z')
            name[i] = (char)(name[i] - 'a' + 'A');
        name[i + 1] = '\0';
    }
    snprintf(f->value, sizeof f->value, "0x%04x %s", type, name);
    f->wrong = !p;
}

static void describe_length(const struct dissector *d, struct dissected *f, uint64_t size)
{
    enum sp_header header = dissect_header_of(dissect_sender(d));
    const char *remark = "";
    if (header != SP_HEADER_NONE && size < 4) {
        remark = header == SP_HEADER_TAGS ? ": no room for an id" : ": no room for the hop count";
        f->wrong = true;
    } else if (size == 0) {
        remark = ": an empty message";
    }
    snprintf(f->value, sizeof f->value, "%" PRIu64 " octet%s%s", size, size == 1 ? "" : "s",
             remark);
}

/* The field of this step is whole, in d->got: says what it means and goes on to the next. */
static void finish(struct dissector *d, struct dissected *f)
{
    switch (d->step) {
    case DISSECT_MAGIC:
        f->wrong = memcmp(d->got, "\0SP", 3) != 0;
        if (f->wrong)
            snprintf(f->value, sizeof f->value, "not 00 'SP'");
        d->step = f->wrong ? DISSECT_GARBAGE : DISSECT_VERSION;
        return;
    case DISSECT_VERSION:
        snprintf(f->value, sizeof f->value, "%u", d->got[0]);
        f->wrong = d->got[0] != 0;
        d->step = DISSECT_TYPE;
        return;
    case DISSECT_TYPE:
        d->type = get_be16(d->got);
        describe_type(f, d->type);
        d->step = DISSECT_RESERVED;
        return;
    case DISSECT_RESERVED:
        f->wrong = get_be16(d->got) != 0;
        if (f->wrong)
            snprintf(f->value, sizeof f->value, "not zero");
        d->step = frame_start(d);
        return;
    case DISSECT_FRAME_TYPE:
        snprintf(f->value, sizeof f->value, "%u", d->got[0]);
        f->wrong = d->got[0] != SP_FRAME_TYPE_MESSAGE;
        d->step = DISSECT_LENGTH;
        return;
    case DISSECT_LENGTH:
        d->size = d->left = get_be64(d->got);
        d->tags = 0;
        describe_length(d, f, d->size);
        d->step = next_in_payload(d, true);
        return;
    case DISSECT_TAG: {
        uint32_t tag = get_be32(d->got);
        bool last = tag >> 31;
        f->name = last ? "id" : "hop";
        d->tags += !last;
        d->left -= 4;
        f->wrong = !last && d->left == 0;
        snprintf(f->value, sizeof f->value, "0x%08" PRIx32 "%s", tag,
                 f->wrong ? ": no id behind it" : "");
        d->step = next_in_payload(d, !last);
        return;
    }
    case DISSECT_HOPS:
        d->left -= 4;
        f->wrong = get_be32(d->got) > 0xff;
        snprintf(f->value, sizeof f->value, "%" PRIu32, get_be32(d->got));
        d->step = next_in_payload(d, false);
        return;
    case DISSECT_SHORT:
    case DISSECT_BODY:
    case DISSECT_GARBAGE:
        return;
    case DISSECT_HTTP_LINE:
    case DISSECT_WS_HEAD:
    case DISSECT_WS_LENGTH:
    case DISSECT_WS_KEY:
    case DISSECT_WS_CODE:
        break; /* dissect_ws.c */
    }
}

/* Body, or octets that are no field: any number of them, never kept. */
static void name_run(struct dissector *d, struct dissected *f)
{
    f->wrong = d->step != DISSECT_BODY;
    f->complete = true;
    if (d->step == DISSECT_GARBAGE) {
        snprintf(f->value, sizeof f->value, "behind a wrong greeting");
        return;
    }
    uint64_t n = f->octets.n;
    d->left -= n;
    f->complete = d->left == 0;
    int end = snprintf(f->value, sizeof f->value, "%" PRIu64 " octet%s", n, n == 1 ? "" : "s");
    if (f->complete)
        d->step = frame_start(d);
    else
        snprintf(f->value + end, sizeof f->value - (size_t)end, ", %" PRIu64 " to come", d->left);
}

void dissector_feed(struct dissector *d, struct slice in,
                    void (*field)(void *, const struct dissected *), void *ctx)
{
    if (d->framing == TRACE_WS) {
        dissect_ws(d, in, field, ctx);
        return;
    }
    while (in.n) {
        enum dissect_step step = d->step;
        bool run = step == DISSECT_SHORT || step == DISSECT_BODY || step == DISSECT_GARBAGE;
        if (d->have == 0 && !run && step == frame_start(d))
            d->frame++;
        uint64_t want = step_size(d) - d->have;
        size_t n = in.n < want ? in.n : (size_t)want;
        struct dissected f = { .offset = d->offset,
                               .frame = d->frame,
                               .octets = slice_of(in.p, n),
                               .name = step_name(step),
                               .clause = step_clause(d) };
        if (run) {
            name_run(d, &f);
        } else {
            memcpy(d->got + d->have, in.p, n);
            d->have += n;
            f.complete = n == want;
            if (f.complete) {
                finish(d, &f);
                d->have = 0;
            } else {
                snprintf(f.value, sizeof f.value, "%zu of %" PRIu64 " octets", d->have,
                         step_size(d));
            }
        }
        d->offset += n;
        in = slice_of(in.p + n, in.n - n);
        field(ctx, &f);
    }
}
