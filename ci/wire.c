/* wire.c IMPLEMENTATION URL PATTERN SIZE MS -- how fast two processes talk, one sending and one
 * receiving.  IMPLEMENTATION: ours nanomsg nng raw (a plain loop over tcp, whatever the URL says).
 * PATTERN: stream (PUSH to PULL) prints messages a second, trip (REQ and REP) the microseconds of
 * the median round trip; then both the microseconds of processor time that one takes, of the two
 * processes together.  ci/bench wire runs it. */
#include <arpa/inet.h>
#include <nanomsg/nn.h>
#include <nanomsg/pipeline.h>
#include <nanomsg/reqrep.h>
#include <netinet/tcp.h>
#include <nng/nng.h>
#include <nng/protocol/pipeline0/pull.h>
#include <nng/protocol/pipeline0/push.h>
#include <nng/protocol/reqrep0/rep.h>
#include <nng/protocol/reqrep0/req.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "base/chunk.h"
#include "net/node.h"

enum { PUSH, PULL, REQ, REP };
enum { BUFFER = 256 * 1024, TRIPS_MAX = 1 << 20 };

static size_t size;
static uint8_t *body;
static long measured; /* messages, or trips */

static _Noreturn void broken(const char *what)
{
    fprintf(stderr, "wire: %s\n", what);
    exit(1);
}

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            broken(#condition);                                                                    \
    } while (0)

/* What each implementation can do: open for one of the roles, PULL and REP listening; send `body`;
 * receive one message of `size` octets. */
struct implementation {
    const char *name;
    void (*open)(int role, const char *url);
    void (*send)(void);
    void (*receive)(void);
};

/* ---- ours ---- */

static struct net *net;
static struct node_socket *ours;
static struct chunk *own; /* what is large is sent from where it is */

static void ours_open(int role, const char *url)
{
    static const uint16_t types[] = { SP_PUSH, SP_PULL, SP_REQ, SP_REP };
    net = net_os_new();
    struct node *node = node_new(&(struct node_config){ .net = net, .seed = 1 });
    ours = node_open(node, types[role], false);
    own = chunk_new(size);
    MUST(own);
    memset(own->p, 'x', own->n = size);
    MUST((role == PULL || role == REP ? node_listen(ours, url, NULL, 0) : node_dial(ours, url)) ==
         E_OK);
    while (role != PULL && role != REP && node_pipes(ours) == 0)
        net_step(net, MSEC_NEVER);
}

static void ours_send(void)
{
    struct msg m = { .body = slice_of(own->p, size), .own = own };
    while (node_send(ours, &m) == E_AGAIN)
        net_step(net, MSEC_NEVER);
}

static void ours_receive(void)
{
    struct msg m;
    while (node_recv(ours, &m) == E_AGAIN)
        net_step(net, MSEC_NEVER);
    MUST(m.body.n == size);
}

/* ---- nanomsg ---- */

static int nano;

static void nano_open(int role, const char *url)
{
    static const int types[] = { NN_PUSH, NN_PULL, NN_REQ, NN_REP };
    nano = nn_socket(AF_SP, types[role]);
    MUST((role == PULL || role == REP ? nn_bind(nano, url) : nn_connect(nano, url)) >= 0);
}

static void nano_send(void)
{
    MUST(nn_send(nano, body, size, 0) == (int)size);
}

static void nano_receive(void)
{
    void *m;
    MUST(nn_recv(nano, &m, NN_MSG, 0) == (int)size);
    nn_freemsg(m);
}

/* ---- nng ---- */

static nng_socket next;

static void nng_open_it(int role, const char *url)
{
    int (*const opens[])(nng_socket *) = { nng_push0_open, nng_pull0_open, nng_req0_open,
                                           nng_rep0_open };
    MUST(opens[role](&next) == 0);
    if (role == PULL || role == REP)
        MUST(nng_listen(next, url, NULL, 0) == 0);
    else
        MUST(nng_dial(next, url, NULL, NNG_FLAG_NONBLOCK) == 0);
}

static void nng_send_it(void)
{
    MUST(nng_send(next, body, size, 0) == 0);
}

static void nng_receive_it(void)
{
    nng_msg *m;
    MUST(nng_recvmsg(next, &m, 0) == 0 && nng_msg_len(m) == size);
    nng_msg_free(m);
}

/* ---- the least there is to do: a length and a body, staged and walked in large buffers ---- */

static int fd;
static uint8_t staged[BUFFER];
static size_t used, seen;
static bool at_once;

static void raw_open(int role, const char *url)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int one = 1;
    at.sin_port = htons((uint16_t)atoi(strrchr(url, ':') + 1));
    fd = socket(AF_INET, SOCK_STREAM, 0);
    at_once = role == REQ || role == REP;
    if (role == PULL || role == REP) {
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
        MUST(bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 1) == 0);
        fd = accept(fd, NULL, NULL);
    } else {
        while (connect(fd, (struct sockaddr *)&at, sizeof at) != 0)
            sched_yield();
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static void raw_write(void)
{
    for (size_t done = 0; done < used;) {
        ssize_t n = write(fd, staged + done, used - done);
        MUST(n > 0);
        done += (size_t)n;
    }
    used = 0;
}

static void raw_send(void)
{
    if (used + 8 + size > sizeof staged)
        raw_write();
    set_be64(staged + used, size);
    memcpy(staged + used + 8, body, size);
    used += 8 + size;
    if (at_once)
        raw_write();
}

static void raw_receive(void)
{
    static uint8_t in[BUFFER];
    static size_t n;
    while (n - seen < 8 + size) {
        if (seen > 0)
            memmove(in, in + seen, n - seen);
        n -= seen;
        seen = 0;
        ssize_t more = read(fd, in + n, sizeof in - n);
        MUST(more > 0);
        n += (size_t)more;
    }
    MUST(get_be64(in + seen) == size);
    seen += 8 + size;
}

static const struct implementation implementations[] = {
    { "ours", ours_open, ours_send, ours_receive },
    { "nanomsg", nano_open, nano_send, nano_receive },
    { "nng", nng_open_it, nng_send_it, nng_receive_it },
    { "raw", raw_open, raw_send, raw_receive },
};

/* ---- the measure ---- */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Messages a second, once they flow. */
static double stream(const struct implementation *x, double seconds)
{
    long n = 0;
    for (int i = 0; i < 100; i++)
        x->receive();
    double began = now(), took;
    do {
        for (int i = 0; i < 16; i++)
            x->receive();
        n += 16;
    } while ((took = now() - began) < seconds);
    measured = n + 100;
    return (double)n / took;
}

static int by_time(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static double trip(const struct implementation *x, double seconds)
{
    static float took[TRIPS_MAX];
    size_t n = 0;
    double began = now();
    while (n < TRIPS_MAX && now() - began < seconds) {
        double start = now();
        x->send();
        x->receive();
        took[n++] = (float)(now() - start);
    }
    measured = (long)n;
    qsort(took, n, sizeof *took, by_time);
    return (double)took[n / 2] * 1e6;
}

static double processor_time(const struct rusage *r)
{
    return (double)(r->ru_utime.tv_sec + r->ru_stime.tv_sec) +
           (double)(r->ru_utime.tv_usec + r->ru_stime.tv_usec) / 1e6;
}

static _Noreturn void other_side(const struct implementation *x, bool trips, const char *url)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    x->open(trips ? REP : PUSH, url);
    for (;;) {
        if (trips)
            x->receive();
        x->send();
    }
}

int main(int argc, char **argv)
{
    const struct implementation *x = NULL;
    MUST(argc == 6);
    for (size_t i = 0; i < sizeof implementations / sizeof implementations[0]; i++)
        if (strcmp(implementations[i].name, argv[1]) == 0)
            x = &implementations[i];
    bool trips = strcmp(argv[3], "trip") == 0;
    size = strtoul(argv[4], NULL, 10);
    double seconds = strtod(argv[5], NULL) / 1000;
    body = malloc(size);
    MUST(x && body && size > 0 && 8 + size <= BUFFER);
    memset(body, 'x', size);
    pid_t child = fork();
    if (child == 0)
        other_side(x, trips, argv[2]);
    x->open(trips ? REQ : PULL, argv[2]);
    double result = trips ? trip(x, seconds) : stream(x, seconds);
    struct rusage of_child, of_us;
    kill(child, SIGKILL);
    MUST(wait4(child, NULL, 0, &of_child) == child && getrusage(RUSAGE_SELF, &of_us) == 0);
    double used_up = processor_time(&of_child) + processor_time(&of_us);
    printf("%.1f %.4f\n", result, used_up / (double)measured * 1e6);
    _exit(fflush(stdout) != 0);
}
