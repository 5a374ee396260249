/* daemon/codec/lineage_maker.h: the makers of a lineage file, their names, families and lines. */
#ifndef BW_CODEC_LINEAGE_MAKER_H
#define BW_CODEC_LINEAGE_MAKER_H
#include "codec/lineage_reader.h"

/* Add the makers to reader->rules. Errors: BW_ERR_INVALID with the place. */
BW_MUST_CHECK enum bw_err bw_lineage_read_makers(struct bw_lineage_reader *reader,
                                                 const struct bw_yaml *value,
                                                 const struct bw_lineage_field *field);
#endif
