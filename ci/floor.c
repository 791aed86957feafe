/* floor.c N -- what one meeting costs at least: connect, both greetings, close, over loopback tcp,
 * N times.  Prints the microseconds of one.  ci/bench measures the suite against it. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const unsigned char greeting[8] = { 0, 'S', 'P', 0, 0, 0x30, 0, 0 };

static bool greet(int fd)
{
    unsigned char theirs[8];
    return send(fd, greeting, 8, MSG_NOSIGNAL) == 8 && recv(fd, theirs, 8, MSG_WAITALL) == 8;
}

static _Noreturn void serve(int listener)
{
    unsigned char rest;
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0 || !greet(fd))
            exit(1);
        (void)!read(fd, &rest, 1); /* until the other side has closed, the usual order of a case */
        close(fd);
    }
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    long n = argc > 1 ? strtol(argv[1], NULL, 10) : 2000;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof at;

    if (n < 1 || bind(listener, (struct sockaddr *)&at, length) != 0 || listen(listener, 16) != 0 ||
        getsockname(listener, (struct sockaddr *)&at, &length) != 0) {
        perror("floor");
        return 1;
    }
    pid_t child = fork();
    if (child == 0)
        serve(listener);
    double began = now();
    for (long i = 0; i < n; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(fd, (struct sockaddr *)&at, length) != 0 || !greet(fd)) {
            perror("floor");
            kill(child, SIGKILL);
            return 1;
        }
        close(fd);
    }
    printf("%.2f\n", (now() - began) / (double)n * 1e6);
    kill(child, SIGKILL);
    return 0;
}
