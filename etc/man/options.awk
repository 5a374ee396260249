# `basewatch check-config --options` as the body of a man page: a key, what it does, what it may be.
function escaped(text) {
    gsub(/[\\_*`]/, "\\\\&", text)
    return text
}
/^[^ ]/ { printf "%s*%s*\n", (NR > 1 ? "\n" : ""), escaped($0); next }
{ sub(/^ +/, ""); print "\t" escaped($0) }
