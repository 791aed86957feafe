/* What all connections of one configuration share: versions, certificates, whom to trust. */
#include "net/tls_state.h"
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

/* Contexts are dear to make, and a process has few different ones: the last are kept. */
enum { KEPT = 8 };
static struct tls_context *kept[KEPT];
static unsigned kept_next;

static void explain(struct buf *why, const char *what)
{
    char text[160];
    ERR_error_string_n(ERR_peek_last_error(), text, sizeof text);
    buf_printf(why, "%s: %s", what, text);
    ERR_clear_error();
}

static X509 *next_certificate(BIO *bio)
{
    return PEM_read_bio_X509(bio, NULL, NULL, NULL);
}

static bool use_ca(SSL_CTX *ctx, const char *pem)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    bool any = false;
    for (X509 *x; bio && (x = next_certificate(bio)); X509_free(x))
        any |= X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), x) == 1;
    BIO_free(bio);
    ERR_clear_error(); /* the end of the text is an error too */
    return any;
}

static bool use_cert(SSL_CTX *ctx, const char *pem)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    X509 *x = bio ? next_certificate(bio) : NULL;
    bool ok = x && SSL_CTX_use_certificate(ctx, x) == 1;
    X509_free(x);
    while (ok && (x = next_certificate(bio)))
        ok = SSL_CTX_add0_chain_cert(ctx, x) == 1;
    BIO_free(bio);
    if (ok)
        ERR_clear_error();
    return ok;
}

static bool use_key(SSL_CTX *ctx, const char *pem)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
    bool ok = key && SSL_CTX_use_PrivateKey(ctx, key) == 1 && SSL_CTX_check_private_key(ctx) == 1;
    EVP_PKEY_free(key);
    BIO_free(bio);
    return ok;
}

static const char *configure(SSL_CTX *ctx, const struct tls_config *c, bool server)
{
    SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                              SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION); /* RFC 9325 3.5: of no use, and abused */
    SSL_CTX_set_num_tickets(ctx, 0);                   /* each connection is a new one */
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    int lowest = c->lowest ? c->lowest : TLS1_2_VERSION;
    if (lowest < TLS1_2_VERSION)
        SSL_CTX_set_security_level(ctx, 0); /* else OpenSSL would not offer it */
    if (!SSL_CTX_set_min_proto_version(ctx, lowest) ||
        !SSL_CTX_set_max_proto_version(ctx, c->highest))
        return "no such version of TLS";
    if (c->groups && !SSL_CTX_set1_groups_list(ctx, c->groups))
        return "no such groups";
    if (server && !(c->cert && c->key))
        return "a server needs a certificate and its key";
    if (c->cert && !use_cert(ctx, c->cert))
        return "the certificate cannot be used";
    if (c->key && !use_key(ctx, c->key))
        return "the key cannot be used with the certificate";
    if (c->ca && !use_ca(ctx, c->ca))
        return "the certificate of the authority cannot be used";
    if (c->ca)
        SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    return NULL;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_config(const struct tls_config *a, const struct tls_config *b)
{
    return a->lowest == b->lowest && a->highest == b->highest && same_text(a->groups, b->groups) &&
           same_text(a->ca, b->ca) && same_text(a->cert, b->cert) && same_text(a->key, b->key);
}

static struct tls_context *find_kept(const struct tls_config *c, bool server)
{
    for (int i = 0; i < KEPT; i++)
        if (kept[i] && kept[i]->server == server && same_config(&kept[i]->made_from, c))
            return kept[i];
    return NULL;
}

/* Without memory for all that it was made from it would be taken for another's: it is not kept. */
static void keep_context(struct tls_context *c, const struct tls_config *config)
{
    c->made_from = (struct tls_config){ .ca = config->ca ? strdup(config->ca) : NULL,
                                        .cert = config->cert ? strdup(config->cert) : NULL,
                                        .key = config->key ? strdup(config->key) : NULL,
                                        .groups = config->groups ? strdup(config->groups) : NULL,
                                        .lowest = config->lowest,
                                        .highest = config->highest };
    if (!same_config(&c->made_from, config))
        return;
    tls_context_free(kept[kept_next]);
    kept[kept_next] = c;
    kept_next = (kept_next + 1) % KEPT;
    c->users++;
}

struct tls_context *tls_context_new(const struct tls_config *config, bool server, struct buf *why)
{
    struct tls_context *c = find_kept(config, server);
    if (c) {
        c->users++;
        return c;
    }
    c = calloc(1, sizeof *c);
    if (!c) {
        buf_printf(why, "out of memory");
        return NULL;
    }
    c->server = server;
    c->verify = config->ca != NULL;
    c->users = 1;
    c->ctx = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
    const char *wrong = c->ctx ? configure(c->ctx, config, server) : "no TLS context";
    if (wrong) {
        explain(why, wrong);
        tls_context_free(c);
        return NULL;
    }
    keep_context(c, config);
    return c;
}

void tls_context_free(struct tls_context *c)
{
    if (!c || --c->users > 0)
        return;
    SSL_CTX_free(c->ctx);
    free((char *)(uintptr_t)c->made_from.ca);
    free((char *)(uintptr_t)c->made_from.cert);
    free((char *)(uintptr_t)c->made_from.key);
    free((char *)(uintptr_t)c->made_from.groups);
    free(c);
}
