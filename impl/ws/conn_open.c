/* The opening handshake (RFC 6455 4). */
#include "ws/conn_state.h"
#include "base/base64.h"

static bool put(struct ws_conn *c, struct buf *text)
{
    bool fine = !text->failed && outq_put(&c->out, buf_slice(text));
    buf_free(text);
    return fine;
}

bool ws_begin(struct ws_conn *c)
{
    uint8_t nonce[16];
    struct buf text = { 0 };
    if (c->config.role == WS_SERVER)
        return true;
    c->config.random(c->config.random_ctx, nonce, sizeof nonce);
    base64_encode(c->key, slice_of(nonce, sizeof nonce));
    const struct ws_request request = {
        .target = c->config.target,
        .host = c->config.host,
        .key = c->key,
        .protocols = c->config.protocol,
    };
    ws_request_write(&text, &request);
    return put(c, &text);
}

static void respond(struct ws_conn *c, const struct ws_response *response)
{
    struct buf text = { 0 };
    ws_response_write(&text, response);
    if (!put(c, &text))
        ws_fail(c, E_NOMEM, 0, "out of memory");
}

static void opened(struct ws_conn *c, size_t used, const char *protocol)
{
    c->protocol = protocol;
    c->open_waits = true;
    c->state = WS_CONN_OPEN;
    ws_skip(c, used);
    ws_scan(c); /* frames may be glued to the handshake */
}

static void refuse(struct ws_conn *c, enum err e, int status, const char *why)
{
    const struct ws_response refusal = { .status = status };
    respond(c, &refusal);
    if (c->state == WS_CONN_FAILED)
        return;
    ws_fail(c, e, 0, why);
    c->end.status = status;
}

static void look_at_request(struct ws_conn *c)
{
    struct http_head head;
    ptrdiff_t used = http_request_parse(ws_unread(c), c->config.max_head, &head);
    if (used == 0)
        return;
    if (used < 0) {
        bool too_long = used == -E_TOOLONG;
        refuse(c, too_long ? E_TOOLONG : E_PROTO, too_long ? 431 : 400,
               too_long ? "the head of the request is too long" : "the request is not HTTP");
        return;
    }
    struct ws_verdict verdict = ws_judge_request(&head, &c->config.rules);
    if (verdict.status != 101) {
        refuse(c, E_PROTO, verdict.status, verdict.why);
        return;
    }
    const struct ws_response response = { .key = verdict.key, .protocol = verdict.selected };
    respond(c, &response);
    if (c->state != WS_CONN_FAILED)
        opened(c, (size_t)used, verdict.protocol);
}

static void look_at_response(struct ws_conn *c)
{
    struct http_head head;
    ptrdiff_t used = http_response_parse(ws_unread(c), c->config.max_head, &head);
    if (used == 0)
        return;
    if (used < 0) {
        ws_fail(c, used == -E_TOOLONG ? E_TOOLONG : E_PROTO, 0,
                used == -E_TOOLONG ? "the head of the response is too long"
                                   : "the response is not HTTP");
        return;
    }
    const char *why = ws_judge_response(&head, slice_text(c->key), c->config.protocol);
    if (why == NULL) {
        opened(c, (size_t)used, c->config.protocol);
        return;
    }
    ws_fail(c, head.status == 101 ? E_PROTO : E_REFUSED, 0, why);
    c->end.status = head.status;
}

void ws_open(struct ws_conn *c)
{
    if (c->config.role == WS_SERVER)
        look_at_request(c);
    else
        look_at_response(c);
}
