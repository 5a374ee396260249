/* daemon/io/source_request.h: a plugin's fetch as an HTTP request to its source or sink: inside
 * that origin, with the credential where the plugin said it goes. */
#ifndef BW_IO_SOURCE_REQUEST_H
#define BW_IO_SOURCE_REQUEST_H
#include "codec/plugin_wire.h"
#include "domain/settings.h"
#include "io/http.h"

/* secret: NULL for a source without a credential; then none is sent, whatever the fetch says. The
 * AWS service and the source's region name the signature's scope.
 * Ownership: the result is the caller's, to release with bw_http_request_clear(). */
struct bw_http_request bw_source_request(const struct bw_source_settings *source,
                                         const struct bw_fetch *fetch, const char *secret,
                                         int64_t timeout_ms);

/* The same to a sink at url, which may be a secret itself. {{secret:secret}} in path, headers and
 * body becomes the secret: percent-encoded in the path, as the inside of a JSON string in the body.
 * Redirects are not followed. */
struct bw_http_request bw_sink_request(const struct bw_sink_settings *sink, const char *url,
                                       const struct bw_fetch *fetch, const char *secret,
                                       int64_t timeout_ms, int64_t max_bytes);
#endif
