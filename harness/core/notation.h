/* notation.h -- the byte notation, one for cases, vectors, traces and documentation.
 *
 *     00 1f 0030       hex octets, spacing free      'SP'        ASCII (no escapes)
 *     u16:48 u32:0x30 u64:5   big-endian integers    00*31       the item before, repeated
 *     ..               one octet, any                %1.......   one octet by its bits
 *     <name: ...>      capture what matches          $name       the same octets again
 *     *                at the end: the rest, any
 *
 * What is in <> may be any items.  $name may follow its own capture in the same pattern.  Numbers
 * are decimal or 0x hex.  A pattern that leaves nothing open (no .. <name:> * nor a dot in %) is
 * also a value.
 */
#ifndef HARNESS_NOTATION_H
#define HARNESS_NOTATION_H
#include "base/bytes.h"

struct captures; /* names and octets; one set per running case */

struct captures *captures_new(void);
void captures_free(struct captures *);
void captures_set(struct captures *, const char *name, struct slice);
bool captures_get(const struct captures *, const char *name, struct slice *out);

/* Appends the value of `pattern` to `out`.  False: it is no value, or malformed, or an unknown
 * $name; `why` says what and where. */
bool notation_emit(const char *pattern, const struct captures *, struct buf *out, struct buf *why);

/* A pattern as a sequence of octet tests, so that it can be compared at any length. */
struct notation_match {
    bool matched;
    size_t offset;     /* of the first octet that differs, is missing or is too many */
    size_t min_length; /* octets the pattern needs at least */
    bool open_ended;   /* it ends in * */
};

/* Compares `got` with `pattern`; captures are stored only when all of it matched.  False: the
 * pattern is malformed, `why` says where. */
bool notation_match(const char *pattern, struct captures *, struct slice got,
                    struct notation_match *out, struct buf *why);
/* True if `got`, though short, could still become a match: more octets may be waited for. */
bool notation_prefix(const char *pattern, const struct captures *, struct slice got);
/* The length a match must have (SIZE_MAX when it ends in *), or false when malformed. */
bool notation_length(const char *pattern, const struct captures *, size_t *out);

/* Both sides aligned, octet by octet, with the first difference marked:
 *
 *     wanted   80 00 1f 03 'ping'  ($id = 80 00 1f 03)
 *     got      80 00 1f 04 'ping'
 *                       ^^ octet 3, in $id: wanted 03, got 04
 *
 * Three lines (two when it matches), each with its newline.  About 32 octets around the difference
 * are shown; the rest is counted.  Octets of a peer never reach the terminal unescaped. */
void notation_explain(const char *pattern, const struct captures *, struct slice got,
                      struct buf *out);
/* Octets in the notation itself: hex, runs of printable ASCII as 'text', long repeats as 00*31;
 * at most `max` octets, then "... (N octets)". */
void notation_show(struct slice, size_t max, struct buf *out);

#endif
