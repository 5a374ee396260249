/* tests/support/http_server.h: an HTTP server on a free port of the loopback that says whatever a
 * test wants it to, byte by byte. One thread a connection; one request a connection. */
#ifndef TESTS_HTTP_SERVER_H
#define TESTS_HTTP_SERVER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_server;

struct http_call { /* one request, as it came */
    struct http_server *server;
    int fd;
    char head[16 * 1024]; /* request line and headers, NUL-terminated */
    char body[64 * 1024];
    size_t body_bytes;
};

/* Runs in the connection's thread; the connection ends when it returns. */
typedef void (*http_handler)(struct http_call *call, void *context);

struct http_server *http_server_start(http_handler handler, void *context);
void http_server_stop(struct http_server *server); /* ends waiting handlers, joins all threads */
const char *http_server_url(const struct http_server *server); /* http://127.0.0.1:PORT */
int http_server_calls(const struct http_server *server);       /* requests so far */
int http_server_peak(const struct http_server *server);        /* most at the same time */

void http_send(struct http_call *call, const char *text);
void http_send_bytes(struct http_call *call, const void *bytes, size_t size);
/* Wait, or less when the server stops. */
void http_wait(struct http_call *call, int wait_ms);
bool http_call_is(const struct http_call *call, const char *method_and_path);
/* The value of a header ("Name" as sent), up to its line end; "" when absent. */
const char *http_call_header(const struct http_call *call, const char *name, char out[512]);
#endif
