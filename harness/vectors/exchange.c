/* exchange.c -- one short conversation per endpoint type with a live implementation. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "vectors/exchange.h"
#include "vectors/vector.h"
#include "vectors/wire.h"

enum { MOVES_MAX = 2, BODY_MAX = 64 };

struct move {
    bool sends; /* the implementation does, else we */
    const char *body;
};

static const struct script {
    uint16_t self;
    struct move moves[MOVES_MAX];
    const char *rows; /* of the ledger, space separated */
} scripts[] = {
    { SP_PAIR0, { { false, "ping" }, { true, "pong" } }, "SP-PR0-001" },
    { SP_PAIR1, { { false, "ping" }, { true, "pong" } }, "SP-PR1-001a SP-PR1-002" },
    { SP_PUB, { { true, "news: one" }, { true, "news: two" } }, "SP-PUB-001" },
    { SP_SUB, { { false, "news: one" }, { false, "news: two" } }, "SP-SUB-003" },
    { SP_REQ, { { true, "ping" }, { false, "pong" } }, "SP-REQ-001 SP-REQ-005" },
    { SP_REP, { { false, "ping" }, { true, "pong" } }, "SP-REP-001" },
    { SP_PUSH, { { true, "one" }, { true, "two" } }, "SP-PSH-001" },
    { SP_PULL, { { false, "one" }, { false, "two" } }, "SP-PUL-001" },
    { SP_SURVEYOR, { { true, "who?" }, { false, "me" } }, "SP-SUR-001 SP-SUR-004" },
    { SP_RESPONDENT, { { false, "who?" }, { true, "me" } }, "SP-RSP-001" },
    { SP_BUS, { { false, "all" }, { true, "aboard" } }, "SP-BUS-001" },
};

static const struct script *script_of(uint16_t self)
{
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
        if (scripts[i].self == self)
            return &scripts[i];
    return NULL;
}

/* While it lasts. */
struct talk {
    struct recording *r;
    const struct script *script;
    enum sp_framing framing;
    int fd;
    struct buf header; /* that our next message carries */
    json_t *steps, *random;
};

static bool failed(struct talk *t, const char *what, const char *detail)
{
    if (t->r->why->n == 0)
        buf_printf(t->r->why, "%s%s%s", what, *detail ? ": " : "", detail);
    return false;
}

static void add_step(struct talk *t, const char *way, const struct buf *octets)
{
    json_array_append_new(t->steps, json_pack("{s:o}", way, vector_hex(buf_slice(octets))));
}

/* The id an asker chose differs from recording to recording; in the answer it is the same. */
static void note_random(struct talk *t)
{
    bool survey = t->script->self == SP_SURVEYOR;
    if (t->script->self != SP_REQ && !survey)
        return;
    size_t step = json_array_size(t->steps) - 1;
    json_array_append_new(t->random,
                          json_pack("{s:I, s:I, s:i, s:s}", "step", (json_int_t)step, "offset",
                                    (json_int_t)sp_frame_head_size(t->framing), "length", 4, "what",
                                    survey ? "survey id" : "request id"));
}

static bool greet(struct talk *t, const struct sp_protocol *p)
{
    struct buf theirs = { 0 }, ours = { 0 };
    struct sp_greeting greeting = sp_greeting_of(p->peer);
    sp_greeting_write(&ours, &greeting);
    bool ok = wire_get(t->fd, SP_GREETING_SIZE, &theirs) && wire_put(t->fd, buf_slice(&ours));
    if (ok) {
        add_step(t, "out", &theirs);
        add_step(t, "in", &ours);
    }
    buf_free(&theirs);
    buf_free(&ours);
    return ok || failed(t, "no greeting", "");
}

static bool take_frame(struct talk *t, struct buf *frame, size_t *head)
{
    struct sp_frame_head h;
    *head = sp_frame_head_size(t->framing);
    return wire_get(t->fd, *head, frame) &&
           sp_frame_head_parse(t->framing, buf_slice(frame), &h) > 0 && h.size <= BODY_MAX &&
           wire_get(t->fd, (size_t)h.size, frame);
}

static void put_hex(struct buf *out, const char *body)
{
    for (; *body; body++)
        buf_printf(out, "%02x", (unsigned char)*body);
}

static bool it_sends(struct talk *t, const char *body)
{
    struct buf hex = { 0 }, answer = { 0 }, frame = { 0 };
    size_t head = 0, length = strlen(body);
    put_hex(&hex, body);
    bool ok = adapter_ask(t->r->adapter, &answer, "send s 2000 %s", buf_text(&hex)) &&
              strncmp(buf_text(&answer), "ok", 2) == 0;
    if (!ok)
        failed(t, "send", answer.n ? buf_text(&answer) : "no answer");
    else if (!(ok = take_frame(t, &frame, &head) && frame.n >= head + length))
        failed(t, "no whole message came after send", "");
    if (ok) {
        add_step(t, "out", &frame);
        buf_clear(&t->header);
        buf_put(&t->header, frame.p + head, frame.n - head - length);
        note_random(t);
    }
    buf_free(&hex);
    buf_free(&answer);
    buf_free(&frame);
    return ok;
}

static bool we_send(struct talk *t, const char *body)
{
    struct buf frame = { 0 }, wanted = { 0 }, answer = { 0 };
    size_t length = strlen(body);
    sp_frame_head_write(
        t->framing, &frame,
        &(struct sp_frame_head){ .type = SP_FRAME_TYPE_MESSAGE, .size = t->header.n + length });
    buf_put_slice(&frame, buf_slice(&t->header));
    buf_put(&frame, body, length);
    buf_printf(&wanted, "ok ");
    put_hex(&wanted, body);
    bool ok = wire_put(t->fd, buf_slice(&frame)) &&
              adapter_ask(t->r->adapter, &answer, "recv s 2000") &&
              slice_equal(buf_slice(&answer), buf_slice(&wanted));
    if (ok) {
        add_step(t, "in", &frame);
        note_random(t);
    } else {
        failed(t, "recv", answer.n ? buf_text(&answer) : "no answer");
    }
    buf_free(&frame);
    buf_free(&wanted);
    buf_free(&answer);
    return ok;
}

static void first_header(struct talk *t)
{
    if (t->script->self == SP_REP || t->script->self == SP_RESPONDENT)
        buf_be32(&t->header, 0x80001f03);
    if (t->script->self == SP_PAIR1)
        buf_be32(&t->header, 1);
}

static bool converse(struct talk *t, const struct sp_protocol *p, const char *url)
{
    struct buf answer = { 0 };
    t->fd = wire_dial(url);
    bool ok = t->fd >= 0 || failed(t, url, strerror(errno));
    ok = ok && greet(t, p) && adapter_ask(t->r->adapter, &answer, "pipes s 1 2000");
    buf_free(&answer);
    first_header(t);
    for (int i = 0; ok && i < MOVES_MAX; i++) {
        const struct move *m = &t->script->moves[i];
        ok = m->sends ? it_sends(t, m->body) : we_send(t, m->body);
    }
    if (t->fd >= 0)
        close(t->fd);
    return ok;
}

static json_t *vector_of(struct talk *t, const struct sp_protocol *p)
{
    struct recording *r = t->r;
    char id[96], title[96], rows[64];
    const char *transport = t->framing == SP_FRAMING_IPC ? "ipc" : "tcp";
    snprintf(id, sizeof id, "%s-%s-%s", r->name, p->name, transport);
    snprintf(title, sizeof title, "%s of %s, over %s", p->name, r->name, transport);
    snprintf(rows, sizeof rows, "%s", t->script->rows);
    json_t *requirements = json_array();
    char *rest = rows;
    for (char *row; (row = strsep(&rest, " "));)
        json_array_append_new(requirements, json_string(row));
    json_t *provenance =
        json_pack("{s:s, s:s, s:s}", "kind", "recorded", "from", r->name, "version", r->version);
    if (json_array_size(t->random))
        json_object_set(provenance, "random", t->random);
    return json_pack("{s:s, s:s, s:o, s:s, s:s, s:s, s:O, s:s, s:o}", "id", id, "title", title,
                     "requirements", requirements, "protocol", p->name, "transport", transport,
                     "role", "listens", "conversation", t->steps, "result", "valid", "provenance",
                     provenance);
}

/* Opens and listens; the address goes into `url`. */
static enum exchange_result open_socket(struct talk *t, const struct sp_protocol *p,
                                        struct buf *url)
{
    struct buf answer = { 0 };
    const char *where = "tcp://127.0.0.1:0";
    char path[160];
    if (t->framing == SP_FRAMING_IPC) {
        snprintf(path, sizeof path, "ipc://%s/%s", t->r->directory, p->name);
        where = path;
    }
    bool ok = adapter_ask(t->r->adapter, &answer, "open s %s", p->name);
    bool na = ok && strcmp(buf_text(&answer), "na") == 0;
    ok = ok && strncmp(buf_text(&answer), "ok", 2) == 0;
    if (ok && p->self == SP_SUB)
        ok = adapter_ask(t->r->adapter, &answer, "set s subscribe -");
    if (ok) {
        ok = adapter_ask(t->r->adapter, &answer, "listen s %s", where) && answer.n > 3 &&
             strncmp(buf_text(&answer), "ok ", 3) == 0;
        if (ok)
            buf_put(url, answer.p + 3, answer.n - 3);
    }
    if (!ok && !na)
        failed(t, "open or listen", answer.n ? buf_text(&answer) : "no answer");
    buf_free(&answer);
    return ok ? EXCHANGE_DONE : na ? EXCHANGE_NA : EXCHANGE_FAILED;
}

enum exchange_result exchange(struct recording *r, const struct sp_protocol *p,
                              enum sp_framing framing, json_t **vector)
{
    struct talk t = { .r = r,
                      .script = script_of(p->self),
                      .framing = framing,
                      .fd = -1,
                      .steps = json_array(),
                      .random = json_array() };
    struct buf url = { 0 }, answer = { 0 };
    enum exchange_result result = open_socket(&t, p, &url);
    if (result == EXCHANGE_DONE && !converse(&t, p, buf_text(&url)))
        result = EXCHANGE_FAILED;
    if (result == EXCHANGE_DONE)
        *vector = vector_of(&t, p);
    if (!adapter_ask(r->adapter, &answer, "reset"))
        result = failed(&t, "reset", "no answer") ? result : EXCHANGE_FAILED;
    json_decref(t.steps);
    json_decref(t.random);
    buf_free(&t.header);
    buf_free(&answer);
    buf_free(&url);
    return result;
}
