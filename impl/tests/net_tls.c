/* TLS over both worlds' streams: what is above sees an ordinary stream, and a wrong peer is told.
 */
#include "net_both.h"
#include "net/tls.h"
#include "net/tls_issue.h"
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdlib.h>

static struct meeting m;
static struct tls_authority *authority;
static struct buf ca, cert, key, why;

static const char *text(struct buf *b)
{
    return buf_text(b);
}

static struct tls_context *server_context(int highest)
{
    struct tls_config config = {
        .cert = text(&cert), .key = text(&key), .lowest = highest, .highest = highest
    };
    struct tls_context *c = tls_context_new(&config, true, &why);
    if (!c)
        fail_msg("%s", buf_text(&why));
    return c;
}

static struct tls_context *client_context(void)
{
    struct tls_config config = { .ca = text(&ca) };
    struct tls_context *c = tls_context_new(&config, false, &why);
    if (!c)
        fail_msg("%s", buf_text(&why));
    return c;
}

/* A dialled (a) and accepted (b) stream become a client and a server. */
static void secure_with(struct tls_context *server, const char *host)
{
    struct tls_context *client = client_context();
    meet(&m, "tcp://127.0.0.1:0");
    struct stream *b = tls_stream_new(m.net, m.b.s, server, NULL);
    struct stream *a = tls_stream_new(m.net, m.a.s, client, host);
    assert_non_null(a);
    assert_non_null(b);
    end_set(&m.a, a);
    end_set(&m.b, b);
    tls_context_free(client);
    tls_context_free(server);
}

static void secure(const char *host)
{
    secure_with(server_context(0), host);
    wait_for(m.net, &m.a, STREAM_WRITABLE);
    assert_true(stream_connected(m.a.s));
}

static void octets_both_ways(void **state)
{
    (void)state;
    secure("127.0.0.1");
    struct slice v[3] = { slice_text("he"), slice_text(""), slice_text("llo") };
    assert_int_equal(stream_write(m.a.s, v, 3), 5);
    read_until(m.net, &m.b, 5);
    assert_memory_equal(m.b.got, "hello", 5);
    assert_int_equal(put(&m.b, "yo", 2), 2);
    read_until(m.net, &m.a, 2);
    assert_memory_equal(m.a.got, "yo", 2);
    part(&m);
}

static void much_with_back_pressure(void **state)
{
    static uint8_t body[200 * 1024];
    (void)state;
    secure("localhost");
    for (size_t i = 0; i < sizeof body; i++)
        body[i] = (uint8_t)(i ^ i >> 8);
    size_t sent = 0;
    while (m.b.n < sizeof body) {
        ptrdiff_t n = 0;
        if (sent < sizeof body && (n = put(&m.a, body + sent, sizeof body - sent)) > 0)
            sent += (size_t)n;
        if (n == -E_AGAIN || sent == sizeof body) {
            stream_want(m.a.s, sent < sizeof body ? STREAM_WRITABLE : 0);
            read_until(m.net, &m.b, m.b.n + 1);
        }
    }
    assert_memory_equal(m.b.got, body, sizeof body);
    part(&m);
}

/* Who closes a stream has to know what may be lost by it: nothing that was taken. */
static void what_was_taken_survives_the_close(void **state)
{
    static const uint8_t body[1000];
    size_t taken = 0;
    (void)state;
    secure("localhost");
    for (ptrdiff_t n; (n = put(&m.a, body, sizeof body)) > 0;)
        taken += (size_t)n;
    stream_close(m.a.s);
    m.a.s = NULL;
    read_until(m.net, &m.b, sizeof m.b.got);
    assert_true(taken > 60000);
    assert_int_equal(m.b.n, taken);
    part(&m);
}

/* The stream below, of 64 KiB, has ten octets left when close_notify is due. */
static void close_notify_waits_for_room(void **state)
{
    enum { RECORD = 16384, AROUND = 5 + 1 + 16, LEFT = 10 };
    static const uint8_t body[4 * RECORD];
    const size_t n = 65536 - 4 * AROUND - LEFT;
    (void)state;
    secure("localhost");
    wait_for(m.net, &m.b, STREAM_WRITABLE);
    assert_int_equal(put(&m.a, body, n), n);
    stream_finish(m.a.s);
    read_until(m.net, &m.b, sizeof m.b.got);
    assert_int_equal(m.b.n, n);
    assert_int_equal(m.b.over, 0);
    part(&m);
}

/* What came before a reset is read, also by who writes first. */
static void writing_into_a_reset_hides_nothing(void **state)
{
    (void)state;
    secure("localhost");
    wait_for(m.net, &m.b, STREAM_WRITABLE);
    assert_int_equal(put(&m.b, "last", 4), 4);
    stream_reset(m.b.s);
    m.b.s = NULL;
    ptrdiff_t n = 0;
    DRIVE(m.net, (stream_want(m.a.s, STREAM_WRITABLE), n = put(&m.a, "more", 4)) < 0);
    assert_int_equal(n, -E_CLOSED);
    read_until(m.net, &m.a, 99);
    assert_int_equal(m.a.n, 4);
    assert_memory_equal(m.a.got, "last", 4);
    assert_int_equal(m.a.over, -E_CLOSED);
    part(&m);
}

/* Once all is out, nothing is asked of the world: no busy loop. */
static void nothing_goes_on_behind_the_last_octet(void **state)
{
    static const uint8_t body[1000];
    size_t taken = 0;
    (void)state;
    secure("localhost");
    for (ptrdiff_t n; (n = put(&m.a, body, sizeof body)) > 0;)
        taken += (size_t)n;
    stream_want(m.a.s, 0);
    read_until(m.net, &m.b, taken + 1); /* more than was taken: a record was under way */
    int ran = 0;
    for (msec until = net_now(m.net) + 100; net_now(m.net) < until;)
        ran += net_step(m.net, until);
    assert_in_range(ran, 0, 20);
    part(&m);
}

static void close_notify_is_the_end(void **state)
{
    (void)state;
    secure("localhost");
    assert_int_equal(put(&m.a, "last", 4), 4);
    stream_close(m.a.s);
    m.a.s = NULL;
    read_until(m.net, &m.b, 99);
    assert_int_equal(m.b.n, 4);
    assert_int_equal(m.b.over, 0);
    part(&m);
}

static void an_end_without_close_notify_is_none(void **state)
{
    (void)state;
    secure("localhost");
    assert_int_equal(put(&m.a, "last", 4), 4);
    wait_for(m.net, &m.b, STREAM_READABLE);
    stream_finish(tls_stream_below(m.a.s));
    read_until(m.net, &m.b, 99);
    assert_int_equal(m.b.n, 4);
    assert_int_equal(m.b.over, -E_CLOSED);
    part(&m);
}

static void the_wrong_host_is_refused(void **state)
{
    (void)state;
    secure_with(server_context(0), "other.example");
    wait_for(m.net, &m.a, STREAM_READABLE);
    read_until(m.net, &m.a, 1);
    assert_int_equal(m.a.over, -E_CLOSED);
    assert_non_null(strstr(tls_stream_why(m.a.s), "ostname mismatch"));
    read_until(m.net, &m.b, 1);
    assert_int_equal(m.b.over, -E_CLOSED);
    part(&m);
}

static void old_versions_are_refused(void **state)
{
    (void)state;
    secure_with(server_context(TLS1_1_VERSION), "localhost");
    read_until(m.net, &m.a, 1);
    assert_int_equal(m.a.over, -E_CLOSED);
    part(&m);
}

static void key_update_disturbs_nothing(void **state)
{
    (void)state;
    secure("localhost");
    assert_int_equal(put(&m.a, "one", 3), 3);
    assert_true(tls_stream_update_key(m.a.s));
    assert_int_equal(put(&m.a, "two", 3), 3);
    read_until(m.net, &m.b, 6);
    assert_memory_equal(m.b.got, "onetwo", 6);
    assert_int_equal(put(&m.b, "three", 5), 5);
    read_until(m.net, &m.a, 5);
    assert_memory_equal(m.a.got, "three", 5);
    part(&m);
}

/* A server by OpenSSL alone, between two memories. */
struct bare {
    SSL_CTX *ctx;
    SSL *ssl;
    BIO *in, *out;
};

static void bare_server(struct bare *s, int version)
{
    BIO *pem = BIO_new_mem_buf(text(&cert), -1), *secret = BIO_new_mem_buf(text(&key), -1);
    X509 *x = PEM_read_bio_X509(pem, NULL, NULL, NULL);
    EVP_PKEY *k = PEM_read_bio_PrivateKey(secret, NULL, NULL, NULL);
    s->ctx = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_max_proto_version(s->ctx, version);
    assert_int_equal(SSL_CTX_use_certificate(s->ctx, x), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(s->ctx, k), 1);
    s->ssl = SSL_new(s->ctx);
    SSL_set_bio(s->ssl, s->in = BIO_new(BIO_s_mem()), s->out = BIO_new(BIO_s_mem()));
    SSL_set_accept_state(s->ssl);
    X509_free(x);
    EVP_PKEY_free(k);
    BIO_free(pem);
    BIO_free(secret);
}

/* Between the memories and the bare stream `m.b`. */
static void carry(struct bare *s)
{
    char octets[4096];
    ptrdiff_t n;
    while ((n = BIO_read(s->out, octets, sizeof octets)) > 0)
        assert_int_equal(put(&m.b, octets, (size_t)n), n);
    net_step(m.net, net_now(m.net));
    while ((n = stream_read(m.b.s, octets, sizeof octets)) > 0)
        BIO_write(s->in, octets, (int)n);
}

/* RFC 9325 3.5: a wish to negotiate anew is refused, and what was agreed on stays. */
static void renegotiation_is_refused(void **state)
{
    struct bare s;
    char got[8];
    (void)state;
    meet(&m, "tcp://127.0.0.1:0");
    struct tls_context *c = client_context();
    struct stream *a = tls_stream_new(m.net, m.a.s, c, "localhost");
    tls_context_free(c);
    end_set(&m.a, a);
    stream_want(a, STREAM_WRITABLE);
    bare_server(&s, TLS1_2_VERSION);
    for (int i = 0; i < 100 && !stream_connected(a); i++) {
        SSL_do_handshake(s.ssl);
        carry(&s);
    }
    assert_true(stream_connected(a));
    assert_int_equal(SSL_renegotiate(s.ssl), 1);
    assert_int_equal(SSL_do_handshake(s.ssl), 1); /* HelloRequest is out */
    carry(&s);
    stream_want(a, STREAM_READABLE);
    for (int i = 0; i < 10; i++)
        carry(&s);
    assert_int_equal(stream_read(a, got, sizeof got), -E_AGAIN);
    assert_int_equal(put(&m.a, "still", 5), 5);
    carry(&s);
    carry(&s);
    /* OpenSSL gives up when its wish is refused: the alert is what came first. */
    assert_int_equal(SSL_read(s.ssl, got, sizeof got), -1);
    assert_int_equal(ERR_GET_REASON(ERR_get_error()), SSL_R_NO_RENEGOTIATION);
    SSL_free(s.ssl);
    SSL_CTX_free(s.ctx);
    part(&m);
}

static void garbage_is_refused(void **state)
{
    (void)state;
    meet(&m, "tcp://127.0.0.1:0");
    struct tls_context *c = server_context(0);
    struct stream *b = tls_stream_new(m.net, m.b.s, c, NULL);
    tls_context_free(c);
    end_set(&m.b, b);
    assert_int_equal(put(&m.a, "GET / HTTP/1.1\r\n\r\n", 18), 18);
    read_until(m.net, &m.b, 1);
    assert_int_equal(m.b.over, -E_CLOSED);
    part(&m);
}

static void bad_configs_say_why(void **state)
{
    struct tls_config config = { .ca = "nonsense" };
    (void)state;
    assert_null(tls_context_new(&config, false, &why));
    assert_non_null(strstr(buf_text(&why), "authority"));
    buf_clear(&why);
    config = (struct tls_config){ 0 };
    assert_null(tls_context_new(&config, true, &why));
    assert_non_null(strstr(buf_text(&why), "needs a certificate"));
    buf_clear(&why);
}

static int real_world(void **state)
{
    (void)state;
    m.net = net_os_new();
    return m.net ? 0 : -1;
}

static int sim_world(void **state)
{
    (void)state;
    m.net = net_sim_new(0);
    return m.net ? 0 : -1;
}

static int end_world(void **state)
{
    (void)state;
    net_free(m.net);
    return 0;
}

static int issue(void **state)
{
    const struct tls_wish wish = { .names = "DNS:localhost,IP:127.0.0.1",
                                   .valid_from = -60,
                                   .valid_to = 3600 };
    (void)state;
    authority = tls_authority_new();
    return authority && tls_authority_cert(authority, &ca) &&
                   tls_issue(authority, &wish, &cert, &key)
               ? 0
               : -1;
}

static int forget(void **state)
{
    (void)state;
    tls_authority_free(authority);
    buf_free(&ca);
    buf_free(&cert);
    buf_free(&key);
    buf_free(&why);
    return 0;
}

#define BOTH(test)                                                                                 \
    cmocka_unit_test_setup_teardown(test, real_world, end_world),                                  \
        cmocka_unit_test_setup_teardown(test, sim_world, end_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(octets_both_ways),
        BOTH(much_with_back_pressure),
        cmocka_unit_test_setup_teardown(what_was_taken_survives_the_close, sim_world, end_world),
        cmocka_unit_test_setup_teardown(close_notify_waits_for_room, sim_world, end_world),
        cmocka_unit_test_setup_teardown(nothing_goes_on_behind_the_last_octet, sim_world,
                                        end_world),
        BOTH(writing_into_a_reset_hides_nothing),
        BOTH(close_notify_is_the_end),
        BOTH(an_end_without_close_notify_is_none),
        BOTH(the_wrong_host_is_refused),
        BOTH(old_versions_are_refused),
        BOTH(key_update_disturbs_nothing),
        BOTH(renegotiation_is_refused),
        BOTH(garbage_is_refused),
        cmocka_unit_test(bad_configs_say_why),
    };
    return cmocka_run_group_tests(tests, issue, forget);
}
