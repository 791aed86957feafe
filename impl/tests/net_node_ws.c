/* Sockets over ws, wss and tls+tcp, in both worlds: messages of every size, refusals, the closing
 * handshake, and certificates. */
#include "net_node.h"
#include "net/tls_issue.h"
#include "ws/frame.h"
#include "ws/handshake.h"
#include "ws/http.h"

static struct buf ca, cert, key, foreign;

static const char *const urls[] = { "ws://127.0.0.1:0/path?query", "wss://localhost:0/",
                                    "tls+tcp://127.0.0.1:0", "wss://[::1]:0/x" };
#define EACH_URL(url)                                                                              \
    for (size_t i_ = 0; i_ < sizeof urls / sizeof urls[0]; i_++)                                   \
        for (const char *url = urls[i_]; url; url = NULL)

static struct node_socket *open_with_tls(uint16_t self)
{
    struct node_socket *s = node_open(w.node, self, false);
    assert_non_null(s);
    assert_int_equal(node_set_text(s, "tls-ca", buf_text(&ca)), E_OK);
    assert_int_equal(node_set_text(s, "tls-cert", buf_text(&cert)), E_OK);
    assert_int_equal(node_set_text(s, "tls-key", buf_text(&key)), E_OK);
    return s;
}

static void connect_pair(const char *url, uint16_t listens, uint16_t dials,
                         struct node_socket **server, struct node_socket **client)
{
    char at[160];
    *server = open_with_tls(listens);
    *client = open_with_tls(dials);
    assert_int_equal(node_listen(*server, url, at, sizeof at), E_OK);
    assert_null(strstr(at, ":0/"));
    assert_int_equal(node_dial(*client, at), E_OK);
    TILL(node_pipes(*server) == 1 && node_pipes(*client) == 1);
}

static void done(struct node_socket *a, struct node_socket *b)
{
    node_close(a);
    node_close(b);
    TILL(!node_lingering(w.node));
}

static void requests_and_replies(void **state)
{
    (void)state;
    EACH_URL(url)
    {
        struct node_socket *rep, *req;
        struct msg m;
        connect_pair(url, SP_REP, SP_REQ, &rep, &req);
        send_text(req, "question");
        TILL(node_recv(rep, &m) == E_OK);
        assert_true(body_is(&m, "question"));
        send_text(rep, "answer");
        expect_text(req, "answer");
        done(rep, req);
    }
}

static void sizes_both_ways(void **state)
{
    static uint8_t body[1024 * 1024];
    static const size_t sizes[] = { 0, 1, 125, 126, 65535, 65536, 300000, sizeof body };
    (void)state;
    for (size_t i = 0; i < sizeof body; i++)
        body[i] = (uint8_t)(i ^ i >> 8);
    EACH_URL(url)
    {
        struct node_socket *a, *b;
        connect_pair(url, SP_PAIR0, SP_PAIR0, &a, &b);
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            struct msg m = { .body = slice_of(body, sizes[i]) }, got;
            TILL(node_send(a, &m) == E_OK);
            TILL(node_recv(b, &got) == E_OK);
            assert_true(slice_equal(got.body, m.body));
            TILL(node_send(b, &m) == E_OK);
            TILL(node_recv(a, &got) == E_OK);
            assert_true(slice_equal(got.body, m.body));
        }
        done(a, b);
    }
}

/* What was sent before the close arrives; the other side finds the pipe gone at once. */
static void close_after_sending(void **state)
{
    (void)state;
    EACH_URL(url)
    {
        struct node_socket *pull, *push;
        connect_pair(url, SP_PULL, SP_PUSH, &pull, &push);
        for (int i = 0; i < 100; i++)
            send_text(push, "last");
        node_close(push);
        for (int i = 0; i < 100; i++)
            expect_text(pull, "last");
        TILL(node_pipes(pull) == 0);
        node_close(pull);
        TILL(!node_lingering(w.node));
    }
}

static void close_with_unread_messages(void **state)
{
    (void)state;
    struct node_socket *pull, *push;
    connect_pair("ws://127.0.0.1:0/", SP_PULL, SP_PUSH, &pull, &push);
    for (int i = 0; i < 100; i++)
        send_text(push, "never received");
    node_close(pull);
    TILL(node_pipes(push) == 0);
    node_close(push);
    TILL(!node_lingering(w.node));
}

static void the_wrong_type_and_path_are_refused(void **state)
{
    (void)state;
    char at[160], wrong[200];
    struct node_socket *rep = open_with_tls(SP_REP), *sub = open_with_tls(SP_SUB),
                       *req = open_with_tls(SP_REQ);
    assert_int_equal(node_listen(rep, "ws://127.0.0.1:0/right", at, sizeof at), E_OK);
    assert_int_equal(node_dial(sub, at), E_OK);
    TILL(strstr(w.noted, "refuses to upgrade"));
    snprintf(wrong, sizeof wrong, "%.*swrong", (int)(strlen(at) - 5), at);
    assert_int_equal(node_dial(req, wrong), E_OK);
    w.noted[0] = '\0';
    TILL(strstr(w.noted, "refuses to upgrade"));
    assert_int_equal(node_pipes(rep), 0);
    node_close(sub);
    done(rep, req);
}

/* A peer that does not answer the Close is left after two seconds. */
static void a_silent_peer_is_left(void **state)
{
    (void)state;
    char at[160];
    struct stream *s;
    struct end e;
    struct node_socket *pair = open_with_tls(SP_PAIR0);
    assert_int_equal(node_listen(pair, "ws://127.0.0.1:0/", at, sizeof at), E_OK);
    char tcp[160];
    snprintf(tcp, sizeof tcp, "tcp://%.*s", (int)strcspn(at + 5, "/"), at + 5);
    assert_int_equal(net_dial(w.net, tcp, &s), E_OK);
    end_set(&e, s);
    wait_for(w.net, &e, STREAM_WRITABLE);
    static const char request[] = "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                                  "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                  "Sec-WebSocket-Protocol: pair.sp.nanomsg.org\r\n\r\n";
    assert_int_equal(put(&e, request, sizeof request - 1), sizeof request - 1);
    TILL(node_pipes(pair) == 1);
    msec began = net_now(w.net);
    node_close(pair);
    TILL(!node_lingering(w.node));
    assert_in_range(net_now(w.net) - began, 1900, 4000);
    read_until(w.net, &e, sizeof e.got);
    assert_int_equal(e.over, 0);
    assert_memory_equal(e.got + e.n - 4, "\x88\x02\x03\xe8", 4);
    stream_close(e.s);
}

/* The response to the request that has come, and what is put behind it. */
static void answer_upgrade(struct end *e, struct slice behind)
{
    struct http_head head;
    struct buf answer = { 0 };
    while (http_request_parse(slice_of(e->got, e->n), 0, &head) == 0)
        read_until(w.net, e, e->n + 1);
    const struct ws_response response = {
        .key = http_find(&head, "sec-websocket-key", NULL)->value,
        .protocol = http_find(&head, "sec-websocket-protocol", NULL)->value,
    };
    ws_response_write(&answer, &response);
    buf_put_slice(&answer, behind);
    assert_int_equal(put(e, answer.p, answer.n), answer.n);
    buf_free(&answer);
}

/* A server that answers right, and breaks the protocol in the same breath, while a request waits
 * to be sent again: what is told is what it did. */
static void a_fault_glued_to_the_response_is_told(void **state)
{
    static struct meeting m;
    struct node_socket *req = open_with_tls(SP_REQ);
    struct buf fault = { 0 };
    char url[160];
    (void)state;
    m.b.s = NULL;
    assert_int_equal(net_listen(w.net, "tcp://127.0.0.1:0", meeting_accept, &m, &m.l), E_OK);
    snprintf(url, sizeof url, "ws%s/", m.l->url + 3);
    assert_int_equal(node_dial(req, url), E_OK);
    TILL(m.b.s);
    answer_upgrade(&m.b, slice_of(NULL, 0));
    TILL(node_pipes(req) == 1);
    send_text(req, "a request");
    stream_close(m.b.s);
    m.b.s = NULL;
    TILL(m.b.s);
    w.noted[0] = '\0';
    ws_frame_write(&fault,
                   &(struct ws_frame){ .length_declared = true, .declared = UINT64_C(1) << 40 });
    answer_upgrade(&m.b, buf_slice(&fault));
    TILL(strstr(w.noted, "closed on pipe"));
    if (!strstr(w.noted, "longer than the receive limit"))
        fail_msg("noted: %s", w.noted);
    node_close(req);
    stream_close(m.b.s);
    listener_close(m.l);
    TILL(!node_lingering(w.node));
    buf_free(&fault);
}

static void a_foreign_certificate_is_refused(void **state)
{
    (void)state;
    char at[160];
    struct node_socket *rep = open_with_tls(SP_REP), *req = open_with_tls(SP_REQ);
    assert_int_equal(node_set_text(req, "tls-ca", buf_text(&foreign)), E_OK);
    assert_int_equal(node_listen(rep, "tls+tcp://127.0.0.1:0", at, sizeof at), E_OK);
    assert_int_equal(node_dial(req, at), E_OK);
    TILL(strstr(w.noted, "self-signed certificate in certificate chain") ||
         strstr(w.noted, "unable to get local issuer certificate"));
    let_pass(500);
    assert_int_equal(node_pipes(rep), 0);
    assert_int_equal(node_pipes(req), 0);
    done(rep, req);
}

static void what_is_missing_is_said(void **state)
{
    (void)state;
    struct node_socket *rep = node_open(w.node, SP_REP, false);
    w.noted[0] = '\0';
    assert_int_equal(node_listen(rep, "wss://127.0.0.1:0/", NULL, 0), E_INVAL);
    assert_non_null(strstr(w.noted, "needs a certificate"));
    assert_int_equal(node_set_text(rep, "tls-cert", "nonsense"), E_OK);
    assert_int_equal(node_set_text(rep, "tls-key", "nonsense"), E_OK);
    assert_int_equal(node_listen(rep, "wss://127.0.0.1:0/", NULL, 0), E_INVAL);
    assert_non_null(strstr(w.noted, "cannot be used"));
    assert_int_equal(node_set_text(rep, "tls-what", "x"), E_NOTSUP);
    node_close(rep);
}

static int issue(void **state)
{
    const struct tls_wish wish = { .names = "DNS:localhost,IP:127.0.0.1,IP:::1",
                                   .valid_from = -60,
                                   .valid_to = 3600 };
    struct tls_authority *ours = tls_authority_new(), *theirs = tls_authority_new();
    (void)state;
    bool ok = ours && theirs && tls_authority_cert(ours, &ca) &&
              tls_authority_cert(theirs, &foreign) && tls_issue(ours, &wish, &cert, &key);
    tls_authority_free(ours);
    tls_authority_free(theirs);
    return ok ? 0 : -1;
}

static int forget(void **state)
{
    (void)state;
    buf_free(&ca);
    buf_free(&cert);
    buf_free(&key);
    buf_free(&foreign);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NODE_IN_BOTH(requests_and_replies),
        NODE_IN_BOTH(sizes_both_ways),
        NODE_IN_BOTH(close_after_sending),
        NODE_IN_BOTH(close_with_unread_messages),
        NODE_IN_BOTH(the_wrong_type_and_path_are_refused),
        NODE_IN(a_silent_peer_is_left, ""),
        NODE_IN_BOTH(a_fault_glued_to_the_response_is_told),
        NODE_IN(a_foreign_certificate_is_refused, ""),
        NODE_IN_BOTH(what_is_missing_is_said),
    };
    return cmocka_run_group_tests(tests, issue, forget);
}
