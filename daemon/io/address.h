/* daemon/io/address.h: addresses that a configured URL has no business with: a request forged into
 * them would read the credentials of the machine that we run on. */
#ifndef BW_IO_ADDRESS_H
#define BW_IO_ADDRESS_H
#include <stdbool.h>

#include <sys/socket.h>

/* True for link-local addresses and the cloud providers' metadata services, also when an IPv4
 * address is wrapped into IPv6 (mapped, compatible, NAT64, 6to4). The loopback is not private. */
bool bw_address_is_private(const struct sockaddr *address);

/* The same for a URL's host when it is an address, with or without brackets; a name is never
 * private by itself. */
bool bw_address_host_is_private(const char *host);
#endif
