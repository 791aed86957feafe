/* check_messages.c -- the adapter check: payloads, times and pipes, over one pipe: tcp, ipc or ws,
 * whichever it has first. */
#include "core/check.h"
#include "core/payload.h"
#include "sp/protocol.h"
#include "sp/wire.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct pipe_here {
    struct check_wire w;
    const char *protocol;
    bool ipc, ws;
};

static void send_frame(struct check *c, struct pipe_here *p, struct slice payload)
{
    if (p->ws) {
        check_ws_send(c, &p->w, payload);
        return;
    }
    struct buf out = { 0 };
    struct sp_frame_head head = { .type = SP_FRAME_TYPE_MESSAGE, .size = payload.n };
    sp_frame_head_write(p->ipc ? SP_FRAMING_IPC : SP_FRAMING_TCP, &out, &head);
    buf_put_slice(&out, payload);
    struct slice all = buf_slice(&out);
    check_wire_send(c, &p->w, all.p, all.n);
    buf_free(&out);
}

static bool greet(struct check *c, struct pipe_here *p, const char *url)
{
    struct buf out = { 0 };
    struct sp_greeting greeting = sp_greeting_of(sp_protocol_named(p->protocol)->peer);
    if (!check_wire_dial(c, &p->w, url))
        return false;
    sp_greeting_write(&out, &greeting);
    check_wire_send(c, &p->w, buf_slice(&out).p, out.n);
    buf_free(&out);
    if (!check_wire_wait(c, &p->w, 8, 3000))
        return false;
    buf_drop(&p->w.in, 8);
    return true;
}

/* A socket of the adapter that listens, and our connection to it, greetings or the opening
 * handshake exchanged.  Of WebSockets there are clients that cannot listen. */
static bool meet(struct check *c, struct pipe_here *p, const char *protocol)
{
    char url[160];
    memset(p, 0, sizeof *p);
    p->protocol = protocol;
    if (!check_is_ok(check_ask(c, 5000, "open m1 %s", protocol)))
        return false;
    p->ipc = !check_has(c, "tcp") && check_has(c, "ipc");
    p->ws = !check_has(c, "tcp") && !check_has(c, "ipc");
    if (p->ws)
        snprintf(url, sizeof url, "ws://127.0.0.1:0/");
    else if (p->ipc)
        snprintf(url, sizeof url, "ipc://%s/messages", c->scratch);
    else
        snprintf(url, sizeof url, "tcp://127.0.0.1:0");

    if (check_has(c, "pipes")) {
        int64_t began = net_now(c->net);
        const char *none = check_ask(c, 5000, "pipes m1 1 200");
        int64_t took = net_now(c->net) - began;
        if (none && !check_is_err(none, "timedout"))
            check_fault(c, "pipes-lies",
                        "`pipes m1 1 200` without any peer is answered by `%.60s`; wait until "
                        "exactly 1 pipe is usable, else `err timedout`",
                        none);
        else if (none && took < 150)
            check_fault(c, "pipes-lies", "`pipes m1 1 200` gave up after %" PRId64 " ms", took);
    }
    const char *answer = check_ask(c, 5000, "listen m1 %s", url);
    if (p->ws && check_is_na(answer)) {
        if (!check_ws_accept(c, &p->w, "m1"))
            return false;
    } else {
        if (!check_is_ok(answer))
            return false;
        snprintf(url, sizeof url, "%s", answer + 2 + strspn(answer + 2, " "));
        if (!(p->ws ? check_ws_dial(c, &p->w, url, protocol) : greet(c, p, url)))
            return false;
    }
    if (check_has(c, "pipes")) {
        answer = check_ask(c, 5000, "pipes m1 1 3000");
        if (answer && !check_is_ok(answer))
            check_fault(c, "pipes-lies",
                        "a peer is through with the handshake, and `pipes m1 1 3000` is answered "
                        "by `%.60s`",
                        answer);
    }
    return !c->over;
}

static void part(struct check *c, struct pipe_here *p)
{
    check_wire_close(&p->w);
    if (!c->over)
        check_ask(c, 5000, "reset");
    char path[120];
    snprintf(path, sizeof path, "%s/messages", c->scratch);
    unlink(path);
}

static void receives(struct check *c, struct pipe_here *p, struct slice payload, const char *what)
{
    struct buf want = { 0 };
    buf_printf(&want, "ok ");
    payload_answer(&want, payload);
    send_frame(c, p, payload);
    const char *answer = check_ask(c, 5000, "recv m1 3000");
    if (answer) {
        char got[4096];
        snprintf(got, sizeof got, "%s", answer);
        char *extra = strchr(got + 3 * (strlen(got) > 3), ' ');
        if (extra)
            *extra = '\0'; /* words beyond are ignored */
        if (strcmp(got, buf_text(&want)) != 0)
            check_fault(c, "payload", "%s: `recv` is answered by `%.60s` instead of `%.60s`", what,
                        answer, buf_text(&want));
    }
    buf_free(&want);
}

static void check_receiving(struct check *c)
{
    static const char *const protocols[] = { "pair0", "pull", "bus", NULL };
    struct pipe_here p;
    size_t i = 0;
    for (; protocols[i] && !c->over && !meet(c, &p, protocols[i]); i++)
        part(c, &p);
    if (!protocols[i])
        check_left(c, "receives", "it opens none of pair0 pull bus");
    if (c->over || !protocols[i])
        return;
    unsigned before = c->faults;
    int64_t began = net_now(c->net);
    const char *answer = check_ask(c, 5000, "recv m1 300");
    int64_t took = net_now(c->net) - began;
    if (answer && !check_is_err(answer, "timedout"))
        check_fault(c, "recv-time",
                    "`recv m1 300` with nothing to receive is answered by `%.60s`; answer `err "
                    "timedout`",
                    answer);
    else if (answer && (took < 250 || took > 1500))
        check_fault(c, "recv-time", "`recv m1 300` with nothing to receive took %" PRId64 " ms",
                    took);
    static const uint8_t octets[] = { 0x00, 0xff, 0x80, 0x7f, 0x0a, 0xab };
    struct buf big = { 0 };
    payload_seq(&big, 2000);
    receives(c, &p, slice_of(octets, sizeof octets), "6 octets");
    receives(c, &p, (struct slice){ 0 }, "an empty message");
    receives(c, &p, slice_of(buf_slice(&big).p, 1024), "1,024 octets (hex)");
    receives(c, &p, buf_slice(&big), "2,000 octets (over 1,024: fnv:LEN:HHHHHHHH)");
    buf_free(&big);
    part(c, &p);
    if (c->faults == before)
        check_ok(c, "receives");
}

static void sends(struct check *c, struct pipe_here *p, const char *payload, struct slice want)
{
    size_t head = sp_frame_head_size(p->ipc ? SP_FRAMING_IPC : SP_FRAMING_TCP);
    const char *answer = check_ask(c, 8000, "send m1 3000 %s", payload);
    if (!answer)
        return;
    if (!check_is_ok(answer)) {
        check_fault(c, "send", "`send m1 3000 %.40s` is answered by `%.60s`", payload, answer);
        return;
    }
    if (p->ws) {
        struct buf message = { 0 };
        if (!check_ws_message(c, &p->w, &message, 3000))
            check_fault(c, "send", "`send m1 3000 %.40s` was answered by ok, and no message came",
                        payload);
        else if (!slice_equal(buf_slice(&message), want))
            check_fault(c, "payload", "`send m1 3000 %.40s` put other octets on the wire", payload);
        buf_free(&message);
        return;
    }
    if (!check_wire_wait(c, &p->w, head + want.n, 3000)) {
        check_fault(c, "send",
                    "`send m1 3000 %.40s` was answered by ok, and %zu of %zu octets came", payload,
                    p->w.in.n, head + want.n);
        return;
    }
    if (memcmp(buf_slice(&p->w.in).p + head, want.p, want.n) != 0 || p->w.in.n != head + want.n)
        check_fault(c, "payload", "`send m1 3000 %.40s` put other octets on the wire", payload);
    buf_clear(&p->w.in);
}

static void check_sending(struct check *c)
{
    static const char *const protocols[] = { "pair0", "push", "bus", NULL };
    struct pipe_here p;
    size_t i = 0;
    for (; protocols[i] && !c->over && !meet(c, &p, protocols[i]); i++)
        part(c, &p);
    if (!protocols[i])
        check_left(c, "sends", "it opens none of pair0 push bus");
    if (c->over || !protocols[i])
        return;
    unsigned before = c->faults;
    struct buf seq = { 0 }, fill = { 0 };
    payload_seq(&seq, 70000);
    buf_fill(&fill, 0x5a, 300);
    sends(c, &p, "00ff807f0aab", slice_of("\x00\xff\x80\x7f\x0a\xab", 6));
    sends(c, &p, "-", slice_of("", 0));
    sends(c, &p, "fill:300:5a", buf_slice(&fill));
    sends(c, &p, "seq:70000", buf_slice(&seq));
    buf_free(&seq);
    buf_free(&fill);
    part(c, &p);
    if (c->faults == before)
        check_ok(c, "sends");
}

static void check_refusal(struct check *c)
{
    static const char *const no_sending[] = { "sub", "pull", NULL };
    for (size_t i = 0; no_sending[i] && !c->over; i++) {
        if (!check_is_ok(check_ask(c, 5000, "open n1 %s", no_sending[i])))
            continue;
        const char *answer = check_ask(c, 5000, "send n1 200 00");
        if (answer && !check_is_err(answer, NULL) && !check_is_na(answer))
            check_fault(
                c, "codes",
                "`send` on a %s is answered by `%.60s`; answer `err notsup` (err and one of "
                "timedout closed refused notsup state proto toolong inuse auth inval other)",
                no_sending[i], answer);
        check_ask(c, 5000, "reset");
    }
}

/* The next message of the adapter: an id and `body`.  False: none, or another one. */
static bool takes_request(struct check *c, struct pipe_here *p, const char *body, uint8_t *id)
{
    struct buf message = { 0 };
    size_t head = p->ws ? 0 : sp_frame_head_size(p->ipc ? SP_FRAMING_IPC : SP_FRAMING_TCP);
    size_t size = 4 + strlen(body);
    bool came = p->ws ? check_ws_message(c, &p->w, &message, 3000)
                      : check_wire_wait(c, &p->w, head + size, 3000);
    if (came && !p->ws) {
        buf_put(&message, buf_slice(&p->w.in).p + head, size);
        buf_drop(&p->w.in, head + size);
    }
    came = came && message.n == size && memcmp(message.p + 4, body, strlen(body)) == 0;
    if (came)
        memcpy(id, message.p, 4);
    buf_free(&message);
    return came;
}

/* Two contexts of a req ask, and are answered the other way round. */
static void check_contexts(struct check *c)
{
    struct pipe_here p;
    uint8_t id[2][4];
    const char *answer;
    if (!check_has(c, "ctx"))
        return;
    if (!meet(c, &p, "req")) {
        part(c, &p);
        return;
    }
    unsigned before = c->faults;
    for (unsigned i = 0; i < 2 && c->faults == before && !c->over; i++) {
        answer = check_ask(c, 5000, "ctx m1 k%u", i);
        if (answer && !check_is_ok(answer)) {
            check_fault(c, "ctx",
                        "hello declares ctx, and `ctx m1 k%u` on a req is answered by `%.60s`; "
                        "declare only what is there",
                        i, answer);
            break;
        }
        answer = check_ask(c, 8000, "send k%u 3000 %02x", i, 'a' + i);
        if (answer && (!check_is_ok(answer) || !takes_request(c, &p, i ? "b" : "a", id[i])))
            check_fault(c, "ctx",
                        "k%u is a context of a req, `send k%u 3000 %02x` is answered by `%.60s`, "
                        "and its request does not come",
                        i, i, 'a' + i, answer);
    }
    for (unsigned i = 2; i-- > 0 && c->faults == before && !c->over;) {
        uint8_t reply[5];
        memcpy(reply, id[i], 4);
        reply[4] = (uint8_t)('A' + i);
        send_frame(c, &p, slice_of(reply, sizeof reply));
    }
    for (unsigned i = 0; i < 2 && c->faults == before && !c->over; i++) {
        char want[16];
        snprintf(want, sizeof want, "ok %02x", 'A' + i);
        answer = check_ask(c, 5000, "recv k%u 3000", i);
        if (answer && strncmp(answer, want, strlen(want)) != 0)
            check_fault(c, "ctx",
                        "k0 and k1 are contexts of one req, and both have been answered; `recv k%u "
                        "3000` is answered by `%.60s` instead of `%s`: each has a request of its "
                        "own",
                        i, answer, want);
    }
    answer = c->faults == before && !c->over ? check_ask(c, 5000, "close k0") : NULL;
    if (answer && !check_is_ok(answer))
        check_fault(c, "ctx", "`close k0` on a context is answered by `%.60s`; answer `ok`",
                    answer);
    answer = c->faults == before && !c->over ? check_ask(c, 5000, "send k0 100 61") : NULL;
    if (answer && !check_is_err(answer, "closed"))
        check_fault(
            c, "ctx",
            "k0 is closed, and `send k0 100 61` is answered by `%.60s`; answer `err closed`",
            answer);
    part(c, &p);
    if (c->faults == before && !c->over)
        check_ok(c, "contexts");
}

void check_messages(struct check *c)
{
    check_receiving(c);
    if (!c->over)
        check_sending(c);
    if (!c->over)
        check_refusal(c);
    if (!c->over)
        check_contexts(c);
}
