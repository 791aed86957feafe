/* What only real sockets can show: descriptors, pipes, signals. */
#include "net_both.h"
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static struct meeting m;

static int up(void **state)
{
    (void)state;
    memset(&m, 0, sizeof m);
    m.net = net_os_new();
    return m.net ? 0 : -1;
}

static int down(void **state)
{
    (void)state;
    net_free(m.net);
    return 0;
}

static void pipes_are_streams_too(void **state)
{
    (void)state;
    int in[2], out[2];
    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    end_set(&m.a, net_os_adopt(m.net, in[0], out[1]));
    end_set(&m.b, net_os_adopt(m.net, out[0], in[1]));
    assert_int_equal(put(&m.a, "to b", 4), 4);
    read_until(m.net, &m.b, 4);
    assert_memory_equal(m.b.got, "to b", 4);
    wait_for(m.net, &m.b, STREAM_WRITABLE);
    assert_int_equal(put(&m.b, "to a", 4), 4);
    stream_finish(m.b.s);
    read_until(m.net, &m.a, 5);
    assert_int_equal(m.a.n, 4);
    assert_int_equal(m.a.over, 0);
    assert_int_equal(stream_unread(m.a.s), -1);
    stream_close(m.b.s);
    assert_int_equal(put(&m.a, "x", 1), -E_CLOSED); /* and no signal */
    stream_close(m.a.s);
}

static void a_plain_file_is_always_ready(void **state)
{
    (void)state;
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    char name[] = "/tmp/spc-net-XXXXXX";
    int file = mkstemp(name);
    unlink(name);
    assert_int_equal(write(file, "octets", 6), 6);
    lseek(file, 0, SEEK_SET);
    end_set(&m.a, net_os_adopt(m.net, file, fd));
    wait_for(m.net, &m.a, STREAM_READABLE);
    read_until(m.net, &m.a, 7);
    assert_int_equal(m.a.n, 6);
    assert_int_equal(m.a.over, 0);
    stream_close(m.a.s);
}

static void adopting_leaves_a_shared_file_as_it_was(void **state)
{
    (void)state;
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    int ours = dup(fds[0]);
    struct stream *s = net_os_adopt(m.net, ours, -1);
    assert_true(fcntl(fds[0], F_GETFL) & O_NONBLOCK);
    stream_close(s);
    assert_false(fcntl(fds[0], F_GETFL) & O_NONBLOCK);
    close(fds[0]);
    close(fds[1]);
}

static rlim_t allow_descriptors(rlim_t n)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    rlim_t old = limit.rlim_cur;
    limit.rlim_cur = n;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    return old;
}

/* One descriptor for both ways needs a second: without it there is no stream, rather than one that
 * cannot write. */
static void adopting_both_ways_needs_a_descriptor(void **state)
{
    (void)state;
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    rlim_t old = allow_descriptors((rlim_t)fd + 1);
    assert_null(net_os_adopt(m.net, fd, fd));
    allow_descriptors(old);
    struct stream *s = net_os_adopt(m.net, fd, fd); /* it is still ours to give */
    assert_non_null(s);
    end_set(&m.a, s);
    assert_int_equal(put(&m.a, "x", 1), 1);
    stream_close(s);
}

/* Out of descriptors: no busy loop, and the connection is accepted when there are some again. */
static void no_descriptor_left(void **state)
{
    (void)state;
    struct stream *s;
    assert_int_equal(net_listen(m.net, "tcp://127.0.0.1:0", meeting_accept, &m, &m.l), E_OK);
    assert_int_equal(net_dial(m.net, m.l->url, &s), E_OK);
    end_set(&m.a, s);
    int probe = dup(0);
    close(probe);
    rlim_t old = allow_descriptors((rlim_t)probe);
    msec until = net_now(m.net) + 120;
    unsigned steps = 0;
    while (net_now(m.net) < until) {
        net_step(m.net, until);
        steps++;
    }
    struct stream *none;
    enum err err = net_dial(m.net, m.l->url, &none);
    allow_descriptors(old);
    assert_int_equal(err, E_NOMEM);
    assert_true(steps < 20);
    assert_null(m.b.s);
    DRIVE(m.net, m.b.s);
    part(&m);
}

/* A unix listener with a full backlog answers EAGAIN, which no event follows. */
static void full_backlog(void **state)
{
    (void)state;
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    char url[128];
    snprintf(at.sun_path, sizeof at.sun_path, "/tmp/spc-os.%ld", (long)getpid());
    snprintf(url, sizeof url, "ipc://%s", at.sun_path);
    int l = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    unlink(at.sun_path);
    assert_int_equal(bind(l, (const struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(l, 0), 0);
    struct stream *s[3];
    static struct end ends[3];
    for (int i = 0; i < 3; i++) {
        assert_int_equal(net_dial(m.net, url, &s[i]), E_OK);
        end_set(&ends[i], s[i]);
    }
    for (int i = 0; i < 3; i++) {
        wait_for(m.net, &ends[i], STREAM_WRITABLE);
        assert_true(stream_connected(s[i]));
        int fd = accept(l, NULL, NULL);
        assert_true(fd >= 0);
        close(fd);
    }
    for (int i = 0; i < 3; i++)
        stream_close(s[i]);
    close(l);
    unlink(at.sun_path);
}

static void dead_address(void **state)
{
    (void)state;
    struct stream *s;
    assert_int_equal(net_dial(m.net, "ipc:///no/such/directory/x", &s), E_OK);
    end_set(&m.a, s);
    read_until(m.net, &m.a, 1);
    assert_int_equal(m.a.over, -E_REFUSED);
    stream_close(s);
    assert_int_equal(net_listen(m.net, "ipc:///no/such/directory/x", meeting_accept, &m, &m.l),
                     E_INVAL);
    assert_int_equal(net_listen(m.net, "tcp://192.0.2.1:0", meeting_accept, &m, &m.l), E_INVAL);
}

static void named_host(void **state)
{
    (void)state;
    struct addrinfo *known;
    if (getaddrinfo("localhost", NULL, NULL, &known) != 0)
        skip(); /* a bare chroot has no /etc/hosts */
    freeaddrinfo(known);
    assert_int_equal(net_listen(m.net, "tcp://localhost:0", meeting_accept, &m, &m.l), E_OK);
    listener_close(m.l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pipes_are_streams_too, up, down),
        cmocka_unit_test_setup_teardown(a_plain_file_is_always_ready, up, down),
        cmocka_unit_test_setup_teardown(adopting_leaves_a_shared_file_as_it_was, up, down),
        cmocka_unit_test_setup_teardown(adopting_both_ways_needs_a_descriptor, up, down),
        cmocka_unit_test_setup_teardown(no_descriptor_left, up, down),
        cmocka_unit_test_setup_teardown(full_backlog, up, down),
        cmocka_unit_test_setup_teardown(dead_address, up, down),
        cmocka_unit_test_setup_teardown(named_host, up, down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
