/* nng_socket.c -- how a socket begins and ends. */
#include "nng_socket.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { CLOSE_MS = 300 }; /* a close takes 10 ms at most, on a busy machine too */

struct timespec in_ms(int ms)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += (long)(ms % 1000) * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return t;
}

struct socket *new_socket(void)
{
    pthread_condattr_t monotonic;
    struct socket *s = calloc(1, sizeof *s);
    if (!s || nng_aio_alloc(&s->aio, NULL, NULL) != 0) {
        free(s);
        return NULL;
    }
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&s->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return s;
}

void discard(struct socket *s)
{
    nng_aio_free(s->aio);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s->pipe);
    for (int i = 0; i < TLS_FILES; i++)
        free(s->tls[i]);
}

static void *close_in_library(void *arg)
{
    struct socket *s = arg;
    nng_close(s->id);
    sem_post(&s->closed);
    return NULL;
}

/* nng_close() of 1.5.2 now and then never returns when a message has just arrived (nanomsg/nng
 * issues 1543 and 1813), and from then on no other close does.  The connections have ended by
 * then; what hangs is the tidying up. */
bool close_socket(struct socket *s)
{
    struct timespec end = in_ms(CLOSE_MS);
    pthread_t thread;
    int e;

    if (s->is_context) {
        nng_ctx_close(s->context);
        discard(s);
        return true;
    }
    sem_init(&s->closed, 0, 0);
    if (pthread_create(&thread, NULL, close_in_library, s) != 0)
        return false;
    do
        e = sem_clockwait(&s->closed, CLOCK_MONOTONIC, &end);
    while (e != 0 && errno == EINTR);
    if (e != 0) {
        fprintf(stderr, "nng_close() has not returned within %d ms\n", CLOSE_MS);
        pthread_detach(thread);
        return false;
    }
    pthread_join(thread, NULL);
    sem_destroy(&s->closed);
    discard(s);
    return true;
}
