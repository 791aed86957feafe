/* credentials.h -- an authority made for this process, and a certificate of it for both ends of
 * every TLS connection of the suite.  Nothing is kept on disk but what adapters must read. */
#ifndef HARNESS_CREDENTIALS_H
#define HARNESS_CREDENTIALS_H
#include "net/tls.h"

enum credential { CREDENTIAL_CA, CREDENTIAL_CERT, CREDENTIAL_KEY, CREDENTIALS };

/* Before they are made: an address that the certificate is for, besides localhost and its own. */
void credentials_for(const char *address);
/* Makes them once; false: no memory.  Before workers are forked, so that all have the same. */
bool credentials_make(void);
/* Writes ca.pem, cert.pem and key.pem below `folder`; false: errno says why. */
bool credentials_write(const char *folder);
/* Before the first context is made: the other end was not handed them (a service that runs). */
void credentials_any_group(void);
/* What an adapter is told: the path of a file below `folder`; "" is the simulated world's. */
const char *credentials_path(enum credential, const char *folder, char *path, size_t cap);
/* The text of a file of PEM, of the simulated world's too; kept in `room` if need be.  NULL: there
 * is no such file, it is empty, or longer than a file of PEM is. */
const char *credentials_read(const char *path, struct buf *room);

/* For our ends; borrowed.  NULL: no memory. */
struct tls_context *credentials_server(void);
struct tls_context *credentials_client(void); /* checks nothing: what is judged is SP */
/* The same with bounds on the version (0: none), the caller's to free. */
struct tls_context *credentials_context(bool server, int lowest, int highest);
/* A server whose certificate nobody may take who trusts our authority, or a client that trusts
 * nobody else; the caller's to free.  `how`: see tls_begin_as() of case_ws.h.  NULL: no memory, or
 * there is no such word. */
struct tls_context *credentials_special(const char *how);

#endif
