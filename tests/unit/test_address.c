#include "io/address.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <netinet/in.h>

#include "base/mem.h"

Test(address, metadata_and_link_local_addresses_are_private_in_every_wrapping)
{
    const char *const private[] = {
        "169.254.0.1", "169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192",
        "fe80::1", "febf:ffff::1", "[fe80::a9fe:a9fe]", "fd00:ec2::254", "fd20:ce::254",
        "::ffff:169.254.169.254", "::169.254.169.254", "64:ff9b::169.254.169.254",
        "2002:a9fe:a9fe::1",
    };
    for (size_t i = 0; i < BW_COUNT(private); i++) {
        cr_expect(bw_address_host_is_private(private[i]), "%s", private[i]);
    }
}

Test(address, others_are_not)
{
    const char *const public[] = {
        "127.0.0.1", "::1", "[::1]", "10.0.0.1", "192.168.1.1", "169.253.255.255", "169.255.0.0",
        "100.100.100.201", "fec0::1", "fe7f::1", "2001:db8::1", "::ffff:127.0.0.1", "0.0.0.0",
        "localhost", "169.254.169.254.example", "", "[", "[]",
    };
    for (size_t i = 0; i < BW_COUNT(public); i++) {
        cr_expect(not(bw_address_host_is_private(public[i])), "%s", public[i]);
    }
}

Test(address, socket_addresses_are_read_by_their_family)
{
    struct sockaddr_in in = { .sin_family = AF_INET };
    inet_pton(AF_INET, "169.254.169.254", &in.sin_addr);
    cr_expect(bw_address_is_private((struct sockaddr *)&in));
    struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
    inet_pton(AF_INET6, "fe80::1", &in6.sin6_addr);
    cr_expect(bw_address_is_private((struct sockaddr *)&in6));
    in6.sin6_addr = in6addr_loopback;
    cr_expect(not(bw_address_is_private((struct sockaddr *)&in6)));
    struct sockaddr local = { .sa_family = AF_UNIX };
    cr_expect(not(bw_address_is_private(&local)));
}
