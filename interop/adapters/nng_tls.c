/* nng_tls.c -- TLS: the files that a socket is told of, and what becomes of them. */
#include "nng_socket.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const tls_options[TLS_FILES] = { "tls-ca", "tls-cert", "tls-key" };

struct outcome set_tls(struct socket *s, const char *name, const char *path)
{
    int i = TLS_FILES - 1;
    while (i > 0 && strcmp(tls_options[i], name) != 0)
        i--;
    free(s->tls[i]);
    s->tls[i] = strdup(path);
    return s->tls[i] ? OK : FAIL("other", "out of memory");
}

static char *whole_file(const char *path)
{
    char *text = NULL;
    size_t room = 0;
    FILE *f = path ? fopen(path, "r") : NULL;
    if (f && getdelim(&text, &room, 0, f) < 0) {
        free(text);
        text = NULL;
    }
    if (f)
        fclose(f);
    return text;
}

/* nng_tls_config_cert_key_file() takes one file with both: here are two. */
static int own_certificate(nng_tls_config *c, const struct socket *s)
{
    char *cert = whole_file(s->tls[TLS_CERT]), *key = whole_file(s->tls[TLS_KEY]);
    int e = cert && key ? nng_tls_config_own_cert(c, cert, key, NULL) : NNG_ECRYPTO;
    free(cert);
    free(key);
    return e;
}

int tls_config(struct socket *s, const char *url, nng_tls_mode mode, nng_tls_config **out)
{
    nng_tls_config *c = NULL;
    int e = 0;
    *out = NULL;
    if (strncmp(url, "tls+tcp", 7) != 0 && strncmp(url, "wss:", 4) != 0)
        return 0;
    if ((e = nng_tls_config_alloc(&c, mode)) != 0)
        return e;
    /* mbed TLS knows names alone: an address of IP would be none of the certificate's. */
    if (mode == NNG_TLS_MODE_CLIENT)
        e = nng_tls_config_server_name(c, "localhost");
    if (!e && mode == NNG_TLS_MODE_CLIENT && s->tls[TLS_CA])
        e = nng_tls_config_ca_file(c, s->tls[TLS_CA]);
    if (!e && mode == NNG_TLS_MODE_CLIENT)
        e = nng_tls_config_auth_mode(c, s->tls[TLS_CA] ? NNG_TLS_AUTH_MODE_REQUIRED
                                                       : NNG_TLS_AUTH_MODE_NONE);
    if (!e && mode == NNG_TLS_MODE_SERVER)
        e = own_certificate(c, s);
    if (e)
        nng_tls_config_free(c);
    else
        *out = c;
    return e;
}
