/* Certificates of P-256: made in less than a millisecond each. */
#include "net/tls_issue.h"
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

enum { HOUR = 3600, YEAR = 365 * 24 * HOUR };

struct tls_authority {
    EVP_PKEY *key;
    X509 *cert;
};

static bool extend(X509 *cert, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
    X509_EXTENSION *x = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    bool ok = x && X509_add_ext(cert, x, -1);
    X509_EXTENSION_free(x);
    return ok;
}

static X509 *draft(EVP_PKEY *key, const char *name, long from, long to)
{
    uint64_t serial = 0;
    X509 *cert = X509_new();
    X509_NAME *subject = X509_NAME_new();
    RAND_bytes((unsigned char *)&serial, 7);
    bool ok = cert && subject && X509_set_version(cert, X509_VERSION_3) &&
              ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), serial) &&
              X509_gmtime_adj(X509_getm_notBefore(cert), from) &&
              X509_gmtime_adj(X509_getm_notAfter(cert), to) && X509_set_pubkey(cert, key) &&
              X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name,
                                         -1, -1, 0) &&
              X509_set_subject_name(cert, subject);
    X509_NAME_free(subject);
    if (ok)
        return cert;
    X509_free(cert);
    return NULL;
}

struct tls_authority *tls_authority_new(void)
{
    struct tls_authority *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    a->key = EVP_EC_gen("P-256");
    a->cert = a->key ? draft(a->key, "spconform test authority", -HOUR, YEAR) : NULL;
    if (a->cert && X509_set_issuer_name(a->cert, X509_get_subject_name(a->cert)) &&
        extend(a->cert, a->cert, NID_basic_constraints, "critical,CA:TRUE") &&
        extend(a->cert, a->cert, NID_key_usage, "critical,keyCertSign,cRLSign") &&
        extend(a->cert, a->cert, NID_subject_key_identifier, "hash") &&
        X509_sign(a->cert, a->key, EVP_sha256()))
        return a;
    tls_authority_free(a);
    return NULL;
}

void tls_authority_free(struct tls_authority *a)
{
    if (!a)
        return;
    EVP_PKEY_free(a->key);
    X509_free(a->cert);
    free(a);
}

static bool keep(BIO *bio, struct buf *out)
{
    char *text;
    long n = BIO_get_mem_data(bio, &text);
    if (n <= 0)
        return false;
    buf_put(out, text, (size_t)n);
    return !out->failed;
}

static bool cert_text(X509 *cert, struct buf *out)
{
    BIO *bio = BIO_new(BIO_s_mem());
    bool ok = bio && PEM_write_bio_X509(bio, cert) && keep(bio, out);
    BIO_free(bio);
    return ok;
}

static bool key_text(EVP_PKEY *key, struct buf *out)
{
    BIO *bio = BIO_new(BIO_s_mem());
    bool ok =
        bio && PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) && keep(bio, out);
    BIO_free(bio);
    return ok;
}

bool tls_authority_cert(const struct tls_authority *a, struct buf *out)
{
    return cert_text(a->cert, out);
}

bool tls_issue(const struct tls_authority *a, const struct tls_wish *wish, struct buf *cert,
               struct buf *key)
{
    EVP_PKEY *k = EVP_EC_gen("P-256");
    X509 *x =
        k ? draft(k, wish->subject ? wish->subject : "localhost", wish->valid_from, wish->valid_to)
          : NULL;
    bool ok = x && X509_set_issuer_name(x, X509_get_subject_name(a->cert)) &&
              extend(x, a->cert, NID_basic_constraints, "critical,CA:FALSE") &&
              extend(x, a->cert, NID_key_usage, "critical,digitalSignature") &&
              extend(x, a->cert, NID_ext_key_usage,
                     wish->purpose ? wish->purpose : "serverAuth,clientAuth") &&
              extend(x, a->cert, NID_subject_key_identifier, "hash") &&
              extend(x, a->cert, NID_authority_key_identifier, "keyid") &&
              (!wish->names || extend(x, a->cert, NID_subject_alt_name, wish->names)) &&
              X509_sign(x, a->key, EVP_sha256()) && cert_text(x, cert) && key_text(k, key);
    X509_free(x);
    EVP_PKEY_free(k);
    ERR_clear_error();
    return ok;
}
