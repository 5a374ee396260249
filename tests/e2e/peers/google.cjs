// A service of Google, as its own protocol buffers describe it: the paths of their HTTP annotations,
// and answers with every field filled in, written by Google's own serializer. Lists come in two pages.
// node google.cjs PACKAGE, in a folder where that package of Google's client library is installed.
const { createServer } = require("node:http");
const { createRequire } = require("node:module");

const load = createRequire(`${process.cwd()}/`);
const protobuf = createRequire(load.resolve("proto3-json-serializer"))("protobufjs");
const { toProto3JSON } = load("proto3-json-serializer");
const root = protobuf.Root.fromJSON(load(`${process.argv[2]}/build/protos/protos.json`));
const DEPTH = 4;
const PAGE = 3;
const TOKEN = "the next page/+=";
const WELL_KNOWN = /^google\.(protobuf|rpc|longrunning|type)\./;

function methods(space) {
  const own = space instanceof protobuf.Service ? space.methodsArray : [];
  return own.concat(...(space.nestedArray || []).filter((inner) => inner.nestedArray).map(methods));
}

// "/v1/{parent=projects/*/locations/*}/models" as an expression.
function expression(path) {
  const parts = path.replace(/\{\w+=([^}]*)\}/g, "$1").split("*");
  return new RegExp(`^${parts.map((part) => part.replace(/[.+?^$]/g, "\\$&")).join("[^/]+")}$`);
}

function text(field, number) {
  const { "(google.api.resource).pattern": pattern } = field.parent.options || {};
  const other = `${field.options?.["(google.api.resource_reference).type"] || ""}`.split("/")[1];
  if (pattern && field.name === "name") {
    return [pattern].flat()[0].replace(/\{(\w+)\}/g, `$1-${number}`);
  }
  return other ? `${other.toLowerCase()}s/${other.toLowerCase()}-${number}` : `${field.name}-${number}`;
}

function value(field, number, depth) {
  const type = field.resolvedType;
  if (type instanceof protobuf.Enum) {
    const values = Object.values(type.values);
    return values[number % values.length];
  }
  if (type?.fullName === ".google.protobuf.Timestamp") {
    return { seconds: 1750000000 + number, nanos: 123456000 };
  }
  if (type) {
    return depth > 0 && !WELL_KNOWN.test(type.fullName.slice(1)) ? message(type, number, depth - 1)
                                                                  : undefined;
  }
  return { string: () => text(field, number), bool: () => number % 2 === 1, bytes: () => Buffer.from("x"),
           float: () => number + 0.5, double: () => number + 0.5 }[field.type]?.() ?? 1000 + number;
}

// Of fields that exclude each other, one row has the first, the next row the second.
function message(type, number, depth = DEPTH) {
  const filled = {};
  for (const field of type.fieldsArray.map((one) => one.resolve())) {
    const rivals = field.partOf && !field.options?.proto3_optional ? field.partOf.fieldsArray : [field];
    if (field.map || rivals[number % rivals.length] !== field) {
      continue;
    }
    const made = value(field, number, depth);
    if (made !== undefined) {
      filled[field.name] = field.repeated ? [made] : made;
    }
  }
  return filled;
}

function page(type, token) {
  const rows = type.fieldsArray.find((field) => field.repeated).resolve();
  const first = token ? PAGE : 0;
  return { [rows.name]: Array.from({ length: PAGE }, (_, at) => message(rows.resolvedType, first + at)),
           ...(token ? {} : { nextPageToken: TOKEN }) };
}

const gets = methods(root).flatMap((method) => {
  const { get } = method.parsedOptions?.find((one) => one["(google.api.http)"])?.["(google.api.http)"] || {};
  return get ? [{ path: expression(get), type: method.resolve().resolvedResponseType }] : [];
});

createServer((request, response) => {
  const url = new URL(request.url, "http://localhost");
  const token = url.searchParams.get("pageToken");
  const method = gets.find((one) => one.path.test(url.pathname));
  const known = request.headers["x-goog-api-key"] === "k3y" || request.headers.authorization === "Bearer k3y";
  const answer = (status, body) => response.writeHead(status, { "content-type": "application/json" })
    .end(JSON.stringify(body));
  if (!known) {
    answer(401, { error: { code: 401, message: "no such key", status: "UNAUTHENTICATED" } });
  } else if (!method || (token && token !== TOKEN)) {
    answer(400, { error: { code: 400, message: `${request.url}`, status: "INVALID_ARGUMENT" } });
  } else {
    answer(200, toProto3JSON(method.type.fromObject(page(method.type, token))));
  }
}).listen(0, "127.0.0.1", function listening() {
  console.log(this.address().port);
});
