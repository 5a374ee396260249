/* daemon/codec/config_files.h: the files of a configuration as trees, and what is wrong with
 * them in the order of files and lines. Internal to the configuration reader. */
#ifndef BW_CODEC_CONFIG_FILES_H
#define BW_CODEC_CONFIG_FILES_H
#include "codec/config_reader.h"

/* Parse a file, or the *.yaml of a folder in lexical order, to be read later; what cannot be parsed
 * is complained of. */
void bw_config_add_file(struct bw_config_reader *reader, const char *path, bool deployments_only);
void bw_config_add_folder(struct bw_config_reader *reader, const char *folder,
                          bool deployments_only);

/* Move all complaints to *problems. Errors: BW_ERR_INVALID when there are any. */
BW_MUST_CHECK enum bw_err bw_config_report(struct bw_config_reader *reader,
                                           struct bw_names *problems);
#endif
