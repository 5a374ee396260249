# Writes FILES as byte arrays into OUT, with the table SYMBOL over them.
set(arrays "")
set(rows "")
set(n 0)
foreach(file IN LISTS FILES)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  get_filename_component(name ${file} NAME)
  string(APPEND arrays "static const unsigned char file_${n}[] = {${bytes}0x00};\n")
  string(APPEND rows "    { \"${name}\", (const char *)file_${n}, sizeof(file_${n}) - 1 },\n")
  math(EXPR n "${n} + 1")
endforeach()
file(WRITE ${OUT} "#include \"base/embedded.h\"\n${arrays}extern const struct bw_embedded ${SYMBOL}[];\n"
  "const struct bw_embedded ${SYMBOL}[] = {\n${rows}    { NULL, NULL, 0 },\n};\n")
