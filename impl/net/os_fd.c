/* Descriptors that are no sockets, such as pipes: what sockets have calls for. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/uio.h>
#include "net/os.h"

/* There is no MSG_NOSIGNAL: hold the signal back for this thread and take it if it was ours. */
ssize_t os_fd_write(int fd, const struct iovec *v, int count)
{
    sigset_t pipe, old, pending;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigpending(&pending);
    bool had = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe, &old);
    ssize_t n = writev(fd, v, count);
    int err = errno;
    if (n < 0 && err == EPIPE && !had)
        sigtimedwait(&pipe, NULL, &(struct timespec){ 0, 0 });
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    errno = err;
    return n;
}

bool os_fd_unblock(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || (flags & O_NONBLOCK))
        return false;
    return fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

void os_fd_block(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags >= 0)
        fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}
