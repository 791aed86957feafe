/* ipc_files.c -- the socket file: who makes it, who may replace it, who removes it. */
#include "case.h"

/* A plain exchange of a PULL that listens at `url`. */
static void works_at(struct t *t, struct iut *pull, const char *url)
{
    struct peer *push = dial_raw(t, url);

    wire_expect(push, "00 'SP' 00 0051 0000");
    wire_send(push, "00 'SP' 00 0050 0000 01 u64:4 'good'");
    iut_expect(pull, "'good'");
}

CASE(ipc_replaces_stale_file,
     .title = "listens at a path where a socket file that nobody listens on was left",
     .covers = "SP-IPC-002", .why = "a server that was killed could never start again",
     .via = IPC_LISTENS)
{
    struct iut *pull = iut_open(t, "pull");
    const char *url = free_place(t);

    leave_stale_file(t, url);
    iut_listen(pull, url);
    works_at(t, pull, url);
}

CASE(ipc_keeps_live_listener,
     .title = "fails to listen at a path that has a listener, which goes on working",
     .covers = "SP-IPC-003",
     .why = "a second server started by mistake must not take the first's place",
     .via = IPC_LISTENS)
{
    struct iut *first = iut_open(t, "pull");
    struct iut *second = iut_open(t, "pull");
    const char *url = free_place(t);

    iut_listen(first, url);
    /* Some dial the path to see whether anybody listens there: the listener must bear that too,
     * however far it is with that connection when it ends. */
    for (unsigned i = 0; i < 10; i++) {
        iut_listen_fails(second, url, "inuse");
        works_at(t, first, url);
    }
}

CASE(ipc_removes_file, .title = "removes the socket file when the listener is closed",
     .covers = "SP-IPC-004", .why = "files of servers long gone would fill the directory",
     .via = IPC_LISTENS)
{
    struct iut *pull = iut_open(t, "pull");
    const char *url = free_place(t);

    iut_listen(pull, url);
    check(t, socket_file_at(t, url), "there is no socket file at the path that it listens at");
    iut_close(pull);
    expect_refused(t, url);
    for (int64_t start = now(t); socket_file_at(t, url) && now(t) - start < patience(t);)
        let_pass(t, 10, "it may remove the file only after the listener");
    check(t, !socket_file_at(t, url), "the socket file is still there after the close");
}

CASE(ipc_pipes_outlive_file, .title = "goes on with its pipes when the socket file is removed",
     .covers = "SP-IPC-020", .why = "cleaners of temporary directories remove such files",
     .via = IPC_LISTENS)
{
    struct iut *pair = iut_open(t, "pair0");
    const char *url = free_place(t);
    iut_listen(pair, url);
    struct peer *us = dial_raw(t, url);
    wire_expect(us, "00 'SP' 00 0010 0000");
    wire_send(us, "00 'SP' 00 0010 0000 01 u64:6 'before'");
    iut_expect(pair, "'before'");

    unlink_file(t, url);
    sp_send(us, "'after'");
    iut_expect(pair, "'after'");
    iut_send(pair, "'and back'");
    sp_expect(us, "'and back'");
}

CASE(
    ipc_dial_does_not_wait,
    .title =
        "dials an ipc listener that does not greet without waiting, and gets its pipe when it does",
    .covers = "SP-IPC-021", .why = "a server that is busy must not stop its clients",
    .via = IPC_DIALS)
{
    const char *url = our_listener(t);
    struct iut *push = iut_open(t, "push");

    int64_t start = now(t);
    iut_dial(push, url);
    expect_elapsed(t, start, 0, 1000);
    struct peer *pull = accept_raw(t, url);
    wire_expect(pull, "00 'SP' 00 0050 0000");
    wire_send(pull, "00 'SP' 00 0051 0000");
    iut_send(push, "'hello'");
    sp_expect(pull, "'hello'");
}
