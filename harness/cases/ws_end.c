#include "ws_end.h"

enum { NO_CODE = 1005 };

struct talk talk_to_(struct at at, struct t *t)
{
    const char *protocol = any_protocol(t, "pair");
    struct iut *s = iut_open_(at, t, (const char *const[]){ protocol, NULL });
    return (struct talk){ t, s, attach_(at, s, type_of(protocol)->peer) };
}

void good_is_next_(struct at at, struct talk *k)
{
    if (is_black_box(k->t))
        return;
    if (!is_closed(k->us))
        wire_close_(at, k->us);
    k->us = delivers_good_(at, k->t, k->s, k->us, "pair");
}

/* 1010 is a client's and 1011 a server's to send (7.4.1): who gets the other's may object. */
static bool for_anybody(unsigned code)
{
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1009) ||
           (code >= 3000 && code <= 4999);
}

void not_blamed_(struct at at, struct talk *k, unsigned sent)
{
    unsigned code = ws_close_code(k->us);

    if (code != sent && (code == 1002 || code == 1007) && for_anybody(sent))
        fail_(at, k->t, "it calls a good Close of code %u an error (%u)", sent, code);
}

/* Which code answers is left open: that of the Close that came is typical (5.5.1). */
static void name_code(struct talk *k, unsigned sent)
{
    unsigned code = ws_close_code(k->us);

    if (sent == code)
        return;
    if (sent == NO_CODE)
        variant(k->t, "an empty Close is answered with code %u", code);
    else if (code == NO_CODE)
        variant(k->t, "a Close with a code is answered with an empty one");
    else
        variant(k->t, "a Close of code %u is answered with %u", sent, code);
}

void takes_close_(struct at at, struct talk *k, unsigned code, const char *reason)
{
    if (code == NO_CODE)
        ws_send_(at, k->us, &(struct ws_out){ .pattern = "", .opcode = WS_CLOSE });
    else
        ws_send_close_(at, k->us, code, reason);
    if (ws_close_comes_(at, k->us))
        name_code(k, code);
    ws_expect_end_(at, k->us);
}

void fails_over_close_(struct at at, struct t *t, const char *body, unsigned due)
{
    struct talk k = talk_to_(at, t);

    ws_send_(at, k.us, &(struct ws_out){ .pattern = body, .opcode = WS_CLOSE });
    expect_ws_failed_(at, k.us, due);
    good_is_next_(at, &k);
}

/* ---- text ---- */

bool takes_text_(struct at at, struct talk *k)
{
    enum { ROUND_MS = 20 };

    if (is_black_box(k->t))
        skip(k->t, "what a service does with text cannot be seen");
    ws_send_(at, k->us, &(struct ws_out){ .pattern = "'text'", .opcode = WS_TEXT });
    for (int64_t began = now(k->t); now(k->t) - began <= patience(k->t);) {
        if (strcmp(iut_try_recv_(at, k->s, ROUND_MS), "ok") == 0) {
            if (captured(k->t, "got") != 0x74657874)
                fail_(at, k->t, "text is delivered as something else");
            return true;
        }
        if (is_closed(k->us)) {
            variant(k->t, "it takes no text");
            expect_ws_failed_(at, k->us, 1003);
            return false;
        }
    }
    fail_(at, k->t, "text is neither delivered nor does it end the connection");
}

void delivers_text_(struct at at, struct t *t, const char *text)
{
    struct talk k = talk_to_(at, t);

    if (!takes_text_(at, &k))
        return;
    ws_send_(at, k.us, &(struct ws_out){ .pattern = text, .opcode = WS_TEXT });
    iut_expect_(at, k.s, text);
}

void refuses_text_(struct at at, struct t *t, const char *text)
{
    struct talk k = talk_to_(at, t);

    if (!takes_text_(at, &k))
        return;
    ws_send_(at, k.us, &(struct ws_out){ .pattern = text, .opcode = WS_TEXT });
    expect_ws_failed_(at, k.us, 1007);
    good_is_next_(at, &k);
}

void refuses_texts_(struct at at, struct t *t, const char *first, const char *second)
{
    struct talk k = talk_to_(at, t);

    if (!takes_text_(at, &k))
        return;
    ws_send_(at, k.us, &(struct ws_out){ .pattern = first, .opcode = WS_TEXT, .more = true });
    ws_send_(at, k.us, &(struct ws_out){ .pattern = second, .continuation = true });
    expect_ws_failed_(at, k.us, 1007);
    good_is_next_(at, &k);
}

const char *octets_at(struct t *t, const char *hex, size_t from, size_t to)
{
    return value(t, "%.*s", (int)(3 * (to - from)), hex + 3 * from);
}
