#include "core/credentials.h"
#include "net/tls_issue.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { BACK_S = 3600, FORTH_S = 7 * 24 * 3600, PEM_MAX = 1024 * 1024 };

/* One per process: what is made before a fork is shared by the workers. */
static struct {
    bool made, any_group;
    struct buf hosts; /* what subjectAltName says */
    struct buf text[CREDENTIALS];
    struct tls_context *server, *client;
    struct tls_authority *authority;
} all;

static const char *const names[CREDENTIALS] = { "ca.pem", "cert.pem", "key.pem" };
static const char simulated[] = "/sim";

/* Certificates that are wrong in one way each; those without names are for all of `hosts`. */
static struct special {
    const char *how;
    struct tls_wish wish;
    bool of_a_stranger; /* signed by an authority nobody knows, of the same name */
    struct buf cert, key;
} specials[] = {
    { .how = "expired", .wish = { NULL, -2 * FORTH_S, -BACK_S, NULL, NULL } },
    { .how = "not valid yet", .wish = { NULL, FORTH_S, 2 * FORTH_S, NULL, NULL } },
    { .how = "of a stranger",
      .wish = { NULL, -BACK_S, FORTH_S, NULL, NULL },
      .of_a_stranger = true },
    { .how = "for another host",
      .wish = { "DNS:elsewhere.example,IP:192.0.2.1", -BACK_S, FORTH_S, "elsewhere.example",
                NULL } },
    { .how = "for clients only", .wish = { NULL, -BACK_S, FORTH_S, NULL, "clientAuth" } },
};

static const char *hosts(void)
{
    if (all.hosts.n == 0)
        buf_printf(&all.hosts, "DNS:localhost,IP:127.0.0.1,IP:::1");
    return buf_text(&all.hosts);
}

void credentials_for(const char *address)
{
    if (hosts())
        buf_printf(&all.hosts, ",IP:%s", address);
}

bool credentials_make(void)
{
    const struct tls_wish wish = { .names = hosts(), .valid_from = -BACK_S, .valid_to = FORTH_S };
    if (all.made)
        return true;
    if (!all.authority)
        all.authority = tls_authority_new();
    all.made =
        all.authority && wish.names &&
        tls_authority_cert(all.authority, &all.text[CREDENTIAL_CA]) &&
        tls_issue(all.authority, &wish, &all.text[CREDENTIAL_CERT], &all.text[CREDENTIAL_KEY]);
    return all.made;
}

void credentials_any_group(void)
{
    all.any_group = true;
}

/* Most of what the suite costs over TLS is key exchange: left to themselves, mbed TLS and OpenSSL
 * agree on P-521, which takes more than twice as long.  Whoever was handed our certificates can do
 * P-256. */
static const char *groups(void)
{
    return all.any_group ? NULL : "P-256:X25519";
}

const char *credentials_path(enum credential which, const char *folder, char *path, size_t cap)
{
    snprintf(path, cap, "%s/%s", folder[0] ? folder : simulated, names[which]);
    return path;
}

/* The text behind a path of the simulated world, or NULL. */
static const char *simulated_file(const char *path)
{
    size_t n = strlen(simulated);
    if (strncmp(path, simulated, n) != 0 || path[n] != '/' || !credentials_make())
        return NULL;
    for (int i = 0; i < CREDENTIALS; i++)
        if (strcmp(path + n + 1, names[i]) == 0)
            return buf_text(&all.text[i]);
    return NULL;
}

const char *credentials_read(const char *path, struct buf *room)
{
    const char *text = simulated_file(path);
    char part[8192];
    if (text)
        return text;
    FILE *file = fopen(path, "re");
    buf_clear(room);
    for (size_t n; file && room->n < PEM_MAX && (n = fread(part, 1, sizeof part, file)) > 0;)
        buf_put(room, part, n);
    if (file)
        fclose(file);
    return room->n > 0 && room->n < PEM_MAX && !room->failed ? buf_text(room) : NULL;
}

static bool write_file(const char *path, struct slice text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool ok = write(fd, text.p, text.n) == (ssize_t)text.n;
    return close(fd) == 0 && ok;
}

bool credentials_write(const char *folder)
{
    char path[1024];
    for (int i = 0; i < CREDENTIALS; i++)
        if (!write_file(credentials_path((enum credential)i, folder, path, sizeof path),
                        buf_slice(&all.text[i])))
            return false;
    return true;
}

struct tls_context *credentials_context(bool server, int lowest, int highest)
{
    struct buf why = { 0 };
    if (!credentials_make())
        return NULL;
    const struct tls_config config = {
        .cert = server ? buf_text(&all.text[CREDENTIAL_CERT]) : NULL,
        .key = server ? buf_text(&all.text[CREDENTIAL_KEY]) : NULL,
        .groups = groups(),
        .lowest = lowest,
        .highest = highest,
    };
    struct tls_context *c = tls_context_new(&config, server, &why);
    buf_free(&why);
    return c;
}

struct tls_context *credentials_server(void)
{
    if (!all.server)
        all.server = credentials_context(true, 0, 0);
    return all.server;
}

struct tls_context *credentials_client(void)
{
    if (!all.client)
        all.client = credentials_context(false, 0, 0);
    return all.client;
}

static const char *stranger_ca(void)
{
    static struct buf text;
    struct tls_authority *stranger = text.n == 0 ? tls_authority_new() : NULL;
    if (stranger)
        tls_authority_cert(stranger, &text);
    tls_authority_free(stranger);
    return buf_text(&text);
}

static bool issue_special(struct special *s)
{
    struct tls_authority *stranger = s->of_a_stranger ? tls_authority_new() : NULL;
    struct tls_authority *by = s->of_a_stranger ? stranger : all.authority;
    if (!s->wish.names)
        s->wish.names = hosts();
    bool made = s->cert.n > 0 || (by && tls_issue(by, &s->wish, &s->cert, &s->key));
    tls_authority_free(stranger);
    return made;
}

struct tls_context *credentials_special(const char *how)
{
    struct buf why = { 0 };
    struct tls_context *c = NULL;
    if (!credentials_make())
        return NULL;
    if (strcmp(how, "checking") == 0 || strcmp(how, "trusting nobody") == 0) {
        bool ours = strcmp(how, "checking") == 0;
        const struct tls_config config = {
            .ca = ours ? buf_text(&all.text[CREDENTIAL_CA]) : stranger_ca(),
            .groups = groups(),
        };
        c = tls_context_new(&config, false, &why);
    }
    for (size_t i = 0; i < sizeof specials / sizeof specials[0]; i++) {
        struct special *s = &specials[i];
        if (strcmp(how, s->how) != 0 || !issue_special(s))
            continue;
        const struct tls_config config = { .cert = buf_text(&s->cert),
                                           .key = buf_text(&s->key),
                                           .groups = groups() };
        c = tls_context_new(&config, true, &why);
    }
    buf_free(&why);
    return c;
}
