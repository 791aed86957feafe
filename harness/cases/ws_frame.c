#include "ws_frame.h"

struct ws_pipe ws_pipe_(struct at at, struct t *t)
{
    const char *protocol = any_protocol(t, "pair");
    struct iut *s = iut_open_(at, t, (const char *const[]){ protocol, NULL });
    return (struct ws_pipe){ s, attach_(at, s, type_of(protocol)->peer) };
}

struct peer *next_pipe_(struct at at, struct t *t, struct iut *s)
{
    for (int64_t began = now(t);;) {
        struct peer *p = attach_unchecked_(at, s, "pair");
        if (!closes_within_(at, p, REFUSAL_MS))
            return p;
        if (now(t) - began > patience(t))
            fail_(at, t, "it takes no other peer, though the first has left");
    }
}

void frames_fail_(struct at at, struct t *t, bool later, unsigned code, const struct ws_out *frame)
{
    struct ws_pipe pipe = ws_pipe_(at, t);

    if (later) {
        sp_send_(at, pipe.us, "'first'");
        iut_expect_(at, pipe.s, "'first'");
    }
    for (; frame->pattern; frame++)
        ws_send_(at, pipe.us, frame);
    expect_ws_failed_(at, pipe.us, code);
    wire_drop_(at, pipe.us); /* some wait for that before they take another */
    if (!is_black_box(t))
        delivers_good_(at, t, pipe.s, pipe.us, "pair");
}

void frames_deliver_(struct at at, struct t *t, const char *wanted, const struct ws_out *frame)
{
    struct ws_pipe pipe = ws_pipe_(at, t);

    for (; frame->pattern; frame++)
        ws_send_(at, pipe.us, frame);
    sp_send_(at, pipe.us, "'behind'");
    iut_expect_(at, pipe.s, wanted);
    iut_expect_(at, pipe.s, "'behind'");
}

void pongs_until_(struct at at, struct t *t, struct peer *p, unsigned last)
{
    uint64_t number = 0;

    do {
        ws_expect_(at, p, &(struct ws_in){ .pattern = "<number: .. ..>", .opcode = WS_PONG });
        number = captured(t, "number");
        if (number > last)
            fail_(at, t, "a Pong for Ping %u came, and the last was %u", (unsigned)number, last);
    } while (number != last);
}

unsigned frames_of_message_(struct at at, struct t *t, struct peer *p, size_t n)
{
    unsigned frames = 0;
    uint64_t octets = 0;

    for (bool more = true; more;) {
        struct ws_head h = ws_next_head_(at, p);
        enum ws_opcode opcode = h.opcode == WS_TEXT ? WS_TEXT : WS_BINARY;
        if (h.opcode == WS_PONG) {
            ws_expect_(at, p, &(struct ws_in){ .pattern = "*", .opcode = WS_PONG });
            continue;
        }
        more = !h.fin;
        octets += h.length;
        ws_expect_(
            at, p,
            &(struct ws_in){
                .pattern = "*", .opcode = opcode, .continuation = frames > 0, .more = more });
        frames++;
    }
    if (octets != n)
        fail_(at, t, "its frames have %llu octets together, and the message has %zu",
              (unsigned long long)octets, n);
    return frames;
}

const char *octets_of(struct t *t, const char *pattern, size_t from, size_t to)
{
    return value(t, "%.*s", (int)(3 * (to - from)), pattern + 3 * from);
}

size_t octets_in(const char *pattern)
{
    return strlen(pattern) / 3;
}

bool leaves_within_(struct at at, struct peer *p, int64_t ms)
{
    bool left = closes_within_(at, p, ms);

    if (!left)
        wire_close_(at, p);
    return left;
}
