// A service of Amazon, as its own description in their client library has it: all that it lists or shows,
// with every field filled in, lists in two pages where they have pages. What arrives is signed again by their own
// signer; whoever signs otherwise gets the answer that they would give. node aws.cjs DESCRIPTION
const { createServer } = require("node:http");
const { createRequire } = require("node:module");

const load = createRequire(`${process.cwd()}/`);
const AWS = load("aws-sdk/global");
const V4 = load("aws-sdk/lib/signers/v4");
const { metadata, operations, shapes } = load(`aws-sdk/apis/${process.argv[2]}.min.json`);
const KEYS = { AKIDEXAMPLE: { secretAccessKey: "a secret/+of theirs" },
               ASIAEXAMPLE: { secretAccessKey: "another", sessionToken: "t0ken/+==" } };
const PAGE = 3;
const TOKEN = "the next page/+=";

function shape(of) {
  return of.shape ? { ...shapes[of.shape], ...of, shape: undefined } : of;
}

function value(name, of, number) {
  const { type = "string", member, members, timestampFormat } = shape(of);
  switch (type) {
    case "structure":
      return Object.fromEntries(Object.entries(members || {})
        .map(([key, inner]) => [key, value(key, inner, number)]));
    case "list":
      return [value(name, member, number)];
    case "map":
      return { [`${name}Key`]: `${number}` };
    case "timestamp": {
      const at = new Date((1750000000 + number) * 1000);
      return timestampFormat === "iso8601" ? at.toISOString() : at / 1000;
    }
    case "boolean":
      return number % 2 === 1;
    case "string":
      return name.endsWith("Arn") ? `arn:aws:bedrock:us-east-1::thing/${name}-${number}`
                                  : `${name}-${number}`;
    default:
      return 1000 + number;
  }
}

function page({ http, output }, token) {
  const { members } = shape(output);
  if (http.requestUri.includes("{")) {
    return value("", output, 0);
  }
  const [rows, list] = Object.entries(members).find(([, one]) => shape(one).type === "list");
  const first = token ? PAGE : 0;
  return { [rows]: Array.from({ length: PAGE }, (_, at) => value(rows, shape(list).member, first + at)),
           ...(members.nextToken && !token ? { nextToken: TOKEN } : {}) };
}

// The signature that their signer makes of the request, with the headers that it says are signed.
function signed(request, scope, headers) {
  const again = new AWS.HttpRequest(new AWS.Endpoint(`http://${request.headers.host}${request.url}`),
                                    scope[2]);
  again.method = request.method;
  again.headers = Object.fromEntries(headers.map((name) => [name, request.headers[name]]));
  const key = KEYS[scope[0]];
  return new V4(again, metadata.signingName, { signatureCache: false })
    .authorization({ accessKeyId: scope[0], ...key }, request.headers["x-amz-date"]);
}

function genuine(request) {
  const said = request.headers.authorization || "";
  const [, credential, names] = said.match(/Credential=([^,]+), ?SignedHeaders=([^,]+)/) || [];
  const scope = (credential || "").split("/");
  const key = KEYS[scope[0]];
  return Boolean(key) && key.sessionToken === request.headers["x-amz-security-token"] &&
    scope[3] === metadata.signingName && signed(request, scope, names.split(";")) === said;
}

createServer((request, response) => {
  const url = new URL(request.url, "http://localhost");
  const token = url.searchParams.get("nextToken");
  const operation = Object.values(operations)
    .find(({ http }) => (http.method || "POST") === request.method &&
      new RegExp(`^${http.requestUri.replace(/\{[^}]*\}/g, "[^/]+")}$`).test(url.pathname));
  const answer = (status, type, body) => response.writeHead(status, {
    "content-type": "application/json", ...(type ? { "x-amzn-errortype": `${type}:` } : {}),
  }).end(JSON.stringify(body));
  if (!genuine(request)) {
    answer(403, "UnrecognizedClientException",
           { message: "The security token included in the request is invalid." });
  } else if (!operation) {
    answer(404, "UnknownOperationException", { message: null });
  } else if (token && token !== TOKEN) {
    answer(400, "ValidationException", { message: `${request.url}` });
  } else {
    answer(200, null, page(operation, token));
  }
}).listen(0, "127.0.0.1", function listening() {
  console.log(this.address().port);
});
