// Judges webhooks as their receivers do. Standard input: one {"secret","headers","body"} a line;
// standard output: one line each, "ok <type>" or "no <why>".
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

const require = createRequire(`${process.cwd()}/`);
const { Webhook } = require("standardwebhooks");
const { HTTP, CloudEvent } = require("cloudevents");

for await (const line of createInterface({ input: process.stdin })) {
  const { secret, headers, body } = JSON.parse(line);
  try {
    new Webhook(secret).verify(body, headers);
    const event = HTTP.toEvent({ headers, body });
    if (!(event instanceof CloudEvent) || !event.validate()) {
      throw new Error("not one CloudEvent");
    }
    if (event.id !== headers["webhook-id"]) {
      throw new Error("two ids");
    }
    console.log(`ok ${event.type}`);
  } catch (error) {
    console.log(`no ${error.name}: ${error.message}`.replaceAll("\n", " "));
  }
}
