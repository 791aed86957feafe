/* cmd_run.c -- `spconform run`: the command line of a run. */
#include "core/beside.h"
#include "core/commands.h"
#include "core/output.h"
#include "core/run_options.h"
#include "core/startable.h"
#include "net/url.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char help[] =
    "usage: spconform run TARGET [OPTION]...\n"
    "Judges an implementation of the Scalability Protocols.\n"
    "\n"
    "Target, one of\n"
    "  --iut CMD              an adapter: a program that speaks the adapter protocol\n"
    "  --peer NAME            interop/adapters/NAME with interop/expect/NAME.txt (nanomsg, nng, "
    "...)\n"
    "  --reference            the reference implementation, in process, in simulated time\n"
    "  --connect URL --protocol P   a running service of protocol P that listens at URL\n"
    "  --listen URL --protocol P    a running service of protocol P that dials URL\n"
    "  --attach HOST:PORT     wait there for an adapter that somebody runs under a debugger\n"
    "\n"
    "Of a running service\n"
    "  --behaviour echo|answer|drain|source|none   what it does with what it gets; found by a "
    "probe\n"
    "                         when not given\n"
    "  --trigger CMD          with --listen: makes the service dial\n"
    "  --restart CMD          with --connect: brings the service back when a case has ended it\n"
    "\n"
    "What to run\n"
    "  --filter GLOB          cases or instances by name; may be repeated\n"
    "  --transport LIST       tcp,ipc,tcp6,inproc,ws,wss,tls\n"
    "  --slow                 also cases whose floor is over 2 s of real time; against the\n"
    "                         reference, in simulated time, they always run\n"
    "  --gentle               leave out what may kill a fragile target\n"
    "  --shard I/N            the I-th of N parts\n"
    "  --repeat N             all of it N times; a verdict that changes is an error\n"
    "  --shuffle              in random order (see --seed)\n"
    "  --segmentation whole|octets|coalesced|every-split   how our octets are cut\n"
    "\n"
    "How to judge\n"
    "  --profile draft|interop|strict   default interop\n"
    "  --expect FILE|none     known failures of this target\n"
    "  --update-expectations  write that file anew after a complete run, or begin it\n"
    "  --patience MS          per expect, default 2000\n"
    "  --jobs N               adapters at once; default 8, and up to 16 of those that start at "
    "once\n"
    "  --seed N               what is random in cases, and the order of --shuffle, which tells "
    "it\n"
    "\n"
    "What to report\n"
    "  --report KIND=FILE     terminal, junit, tap, jsonl, github, html; may be repeated; FILE -\n"
    "                         is standard output\n"
    "  --out DIR              traces of failures go to DIR/traces\n"
    "  --trace failed|all     which traces; default failed\n"
    "  --verbose              a line for every instance, and warnings in full\n"
    "\n"
    "Exit status: 0 conformant, or as expected; 1 not; 2 usage or an error of the harness.\n"
    "\n"
    "Examples\n"
    "  spconform run --peer nanomsg\n"
    "  spconform run --iut './my-adapter' --filter 'req_*' --report junit=report.xml\n"
    "  spconform run --connect tcp://127.0.0.1:5555 --protocol rep\n";

static int take_peer(struct run_options *o, const char *name, bool expect_none)
{
    static char expect[1200];
    struct buf why = { 0 };
    o->peer = name;
    o->target = TARGET_COMMAND;
    if (!peer_command(name, o->command, sizeof o->command, &why)) {
        int status = usage_error("run", "%s", buf_text(&why));
        buf_free(&why);
        return status;
    }
    if (!o->expect && !expect_none && peer_expectations(name, expect, sizeof expect))
        o->expect = expect;
    return 0;
}

static int make_out(const char *dir)
{
    char path[1200];
    if (snprintf(path, sizeof path, "%s/traces", dir) >= (int)sizeof path)
        return run_usage("--out: the path is too long", dir);
    for (char *p = path + 1;; p++) {
        if (*p != '/' && *p != '\0')
            continue;
        char was = *p;
        *p = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            return usage_error("run", "--out %s: cannot make %s: %s", dir, path, strerror(errno));
        *p = was;
        if (!was)
            return 0;
    }
}

/* Options that say nothing of this target would be ignored in silence. */
static int check_black_box(const struct run_options *o, bool black_box)
{
    struct url url;
    const char *idle = o->protocol    ? "--protocol"
                       : o->behaviour ? "--behaviour"
                       : o->trigger   ? "--trigger"
                       : o->restart   ? "--restart"
                                      : NULL;
    if (!black_box)
        return idle ? run_usage("only for a running service, with --connect or --listen", idle) : 0;
    if (!o->protocol)
        return fputs("spconform run: --connect and --listen need --protocol, the protocol of the "
                     "service\n",
                     stderr),
               2;
    if (url_parse(o->url, &url) != E_OK || url.scheme == URL_INPROC)
        return run_usage("an address is tcp://HOST:PORT, ipc://PATH, ws://HOST:PORT/PATH, "
                         "wss://HOST:PORT/PATH or tls+tcp://HOST:PORT, not",
                         o->url);
    if (o->trigger && o->target == TARGET_CONNECT)
        return run_usage("only for a service that dials, with --listen", "--trigger");
    if (o->restart && o->target == TARGET_LISTEN)
        return run_usage("only for a service that listens, with --connect", "--restart");
    return 0;
}

static int check_reports(const struct run_options *o)
{
    char why[256];
    for (size_t i = 0; i < o->report_count; i++) {
        for (size_t k = 0; k < i; k++)
            if (strcmp(strchr(o->reports[i], '='), strchr(o->reports[k], '=')) == 0)
                return run_usage("two reports in one file", strchr(o->reports[i], '=') + 1);
        if (!report_can_open(o->reports[i], why, sizeof why))
            return usage_error("run", "%s", why);
    }
    return 0;
}

/* A first list is begun by the same command that keeps it. */
static int begin_expectations(const struct run_options *o)
{
    if (!o->expect)
        return usage_error("run", "--update-expectations needs a file: --expect FILE");
    FILE *file = fopen(o->expect, "ae");
    if (!file || fclose(file) != 0)
        return usage_error("run", "--expect %s: %s", o->expect, strerror(errno));
    return 0;
}

static int check_command(const struct run_options *o)
{
    struct buf why = { 0 };
    bool ok = startable(o->command, &why);
    if (!ok)
        usage_error("run", "--iut: %s", buf_text(&why));
    buf_free(&why);
    return ok ? 0 : 2;
}

static int check_options(struct run_options *o, unsigned targets)
{
    if (targets > 1)
        return fputs("spconform run: one target a run: --iut, --peer, --reference, --connect, "
                     "--listen, --attach or --mutant\n",
                     stderr),
               2;
    if (targets == 0)
        return fputs("spconform run: name a target, e.g. --peer nanomsg or --iut './my-adapter'; "
                     "--help shows all\n",
                     stderr),
               2;
    bool black_box = o->target == TARGET_CONNECT || o->target == TARGET_LISTEN;
    int status = check_black_box(o, black_box);
    if (status == 0 && o->target == TARGET_COMMAND && !o->peer)
        status = check_command(o);
    if (status)
        return status;
    if ((black_box || o->target == TARGET_ATTACH) && o->jobs > 1)
        return run_usage("only one case at a time can meet this target", "--jobs");
    if (o->update_expectations)
        status = begin_expectations(o);
    if (status == 0 && o->out)
        status = make_out(o->out);
    /* Last: a report may go into the folder that was just made. */
    return status ? status : check_reports(o);
}

int cmd_run(int argc, char **argv)
{
    static struct run_options o;
    o = (struct run_options){ .patience = PATIENCE_MS, .repeat = 1 };
    struct run_words given = { 0 };
    int status = run_options_take(&o, &given, argc, argv);
    if (status)
        return status;
    if (given.help)
        return finish_output(fputs(help, stdout) < 0 ? 2 : 0);
    if (o.peer && given.targets == 1)
        status = take_peer(&o, o.peer, given.expect_none);
    if (status == 0)
        status = check_options(&o, given.targets);
    if (status)
        return status;
    if (!given.seeded)
        o.seed = o.shuffle ? (uint64_t)time(NULL) ^ (uint64_t)getpid() << 20 : SEED;
    if (o.shuffle)
        fprintf(stderr, "spconform: --shuffle --seed %llu\n", (unsigned long long)o.seed);
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max &&
        files.rlim_cur >= 1024) {
        files.rlim_cur = files.rlim_max < 65536 ? files.rlim_max : 65536;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    run_options_say(&o, given.expect_none);
    return run_suite(&o);
}
