/* nng_socket.h -- a socket or context of libnng, with what its library does not keep for us. */
#ifndef NNG_SOCKET_H
#define NNG_SOCKET_H
#include "adapter.h"
#include <nng/nng.h>
#include <nng/supplemental/tls/tls.h>
#include <pthread.h>
#include <semaphore.h>
#include <time.h>

struct protocol {
    const char *name;
    int (*open)(nng_socket *);
    int (*open_raw)(nng_socket *);
};

/* Paths of PEM files, in the order of tls_options. */
enum { TLS_CA, TLS_CERT, TLS_KEY, TLS_FILES };

struct socket {
    const struct protocol *protocol;
    nng_socket id;
    nng_ctx context;
    nng_aio *aio; /* the one operation under way */
    bool is_context, raw, polyamorous;
    bool ws_text;
    char *tls[TLS_FILES];

    /* The usable pipes, kept by callbacks from the library's threads. */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int *pipe;
    size_t pipes, room;
    int early[64]; /* the last that were removed before they were added */
    size_t earlies;

    sem_t closed; /* nng_close() has returned */
};

/* One malloc()ed block, with nothing of the library's open yet; NULL: no memory. */
struct socket *new_socket(void);
/* Frees what new_socket() made, but for the block. */
void discard(struct socket *);
/* As struct library has it. */
bool close_socket(struct socket *);

/* The monotonic clock's time in `ms` from now. */
struct timespec in_ms(int ms);

/* What an error of the library is called. */
struct outcome done(int error);
/* Where "not supported" means that the library has no such thing, rather than that it refuses. */
struct outcome done_or_na(int error);

/* ---- nng_pipes.c ---- */
/* To be called once the socket is open: its pipes are counted from now on. */
struct outcome watch_pipes(struct socket *);
struct outcome pipes(struct socket *, size_t n, int ms);

/* ---- nng_options.c ---- */
struct outcome set(struct socket *, const char *name, const struct value *);

/* ---- nng_tls.c ---- */
struct outcome set_tls(struct socket *, const char *name, const char *path);
/* What a dialer or listener of this address needs; NULL: nothing. */
int tls_config(struct socket *, const char *url, nng_tls_mode, nng_tls_config **out);

#endif
