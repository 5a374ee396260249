/* daemon/io/address.c: see address.h. */
#include "io/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

struct range4 {
    uint8_t bytes[4];
    uint8_t bits;
};

struct range6 {
    uint8_t bytes[16];
    uint8_t bits;
};

static const struct range4 PRIVATE4[] = {
    { { 169, 254 }, 16 },           /* RFC 3927; AWS, Azure, Google Cloud and others: .169.254 */
    { { 100, 100, 100, 200 }, 32 }, /* Alibaba Cloud */
    { { 168, 63, 129, 16 }, 32 },   /* Azure's wire server */
    { { 192, 0, 0, 192 }, 32 },     /* Oracle Cloud, classic */
};

static const struct range6 PRIVATE6[] = {
    { { 0xfe, 0x80 }, 10 },                                        /* RFC 4291 */
    { { 0xfd, 0x00, 0x0e, 0xc2, [14] = 0x02, [15] = 0x54 }, 128 }, /* AWS */
    { { 0xfd, 0x20, 0x00, 0xce, [14] = 0x02, [15] = 0x54 }, 128 }, /* Google Cloud */
};

/* Where IPv6 carries an IPv4 address: right behind the prefix. */
static const struct range6 WRAPPED[] = {
    { { [10] = 0xff, [11] = 0xff }, 96 }, /* mapped, RFC 4291 */
    { { 0 }, 96 },                        /* compatible, RFC 4291 */
    { { 0x00, 0x64, 0xff, 0x9b }, 96 },   /* NAT64, RFC 6052 */
    { { 0x20, 0x02 }, 16 },               /* 6to4, RFC 3056 */
};

static bool in_range(const uint8_t *address, const uint8_t *range, unsigned bits)
{
    unsigned whole = bits / 8;
    unsigned mask = 0xff00u >> bits % 8 & 0xff;
    return memcmp(address, range, whole) == 0 &&
           (mask == 0 || (address[whole] & mask) == (range[whole] & mask));
}

static bool is_private4(const uint8_t *address)
{
    for (size_t i = 0; i < BW_COUNT(PRIVATE4); i++) {
        if (in_range(address, PRIVATE4[i].bytes, PRIVATE4[i].bits)) {
            return true;
        }
    }
    return false;
}

static bool is_private6(const uint8_t *address)
{
    for (size_t i = 0; i < BW_COUNT(PRIVATE6); i++) {
        if (in_range(address, PRIVATE6[i].bytes, PRIVATE6[i].bits)) {
            return true;
        }
    }
    for (size_t i = 0; i < BW_COUNT(WRAPPED); i++) {
        if (in_range(address, WRAPPED[i].bytes, WRAPPED[i].bits) &&
            is_private4(address + WRAPPED[i].bits / 8)) {
            return true;
        }
    }
    return false;
}

bool bw_address_is_private(const struct sockaddr *address)
{
    switch (address->sa_family) {
    case AF_INET: {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof(in));
        return is_private4((const uint8_t *)&in.sin_addr);
    }
    case AF_INET6: {
        struct sockaddr_in6 in6;
        memcpy(&in6, address, sizeof(in6));
        return is_private6(in6.sin6_addr.s6_addr);
    }
    default:
        return false;
    }
}

bool bw_address_host_is_private(const char *host)
{
    char text[INET6_ADDRSTRLEN] = "";
    size_t size = strlen(host);
    bool brackets = size >= 2 && host[0] == '[' && host[size - 1] == ']';
    (void)snprintf(text, sizeof(text), "%.*s", (int)(brackets ? size - 2 : size),
                   brackets ? host + 1 : host);
    uint8_t address[16];
    if (inet_pton(AF_INET, text, address) == 1) {
        return is_private4(address);
    }
    return inet_pton(AF_INET6, text, address) == 1 && is_private6(address);
}
