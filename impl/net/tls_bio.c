/* A stream as OpenSSL reads from it and writes to it: nothing is buffered here. */
#include "net/tls_state.h"

static int bio_read(BIO *bio, char *to, int n)
{
    BIO_clear_retry_flags(bio);
    ptrdiff_t got = stream_read(BIO_get_data(bio), to, (size_t)n);
    if (got == -E_AGAIN) {
        BIO_set_retry_read(bio);
        return -1;
    }
    return got < 0 ? -1 : (int)got;
}

static int bio_write(BIO *bio, const char *from, int n)
{
    struct slice v = slice_of(from, (size_t)n);
    BIO_clear_retry_flags(bio);
    ptrdiff_t took = stream_write(BIO_get_data(bio), &v, 1);
    if (took == -E_AGAIN) {
        BIO_set_retry_write(bio);
        return -1;
    }
    return took < 0 ? -1 : (int)took;
}

static long bio_ctrl(BIO *bio, int what, long n, void *p)
{
    (void)bio;
    (void)n;
    (void)p;
    return what == BIO_CTRL_FLUSH;
}

BIO *tls_bio_new(struct stream *below)
{
    /* Made once per process and kept: methods are shared by all streams. */
    static BIO_METHOD *method;
    if (!method) {
        method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "stream");
        if (!method)
            return NULL;
        BIO_meth_set_read(method, bio_read);
        BIO_meth_set_write(method, bio_write);
        BIO_meth_set_ctrl(method, bio_ctrl);
    }
    BIO *bio = BIO_new(method);
    if (bio) {
        BIO_set_data(bio, below);
        BIO_set_init(bio, 1);
    }
    return bio;
}
