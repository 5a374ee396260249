// Reads Teams messages, one a line, and parses their cards as the library that shows them does: an
// unknown element, a missing property or a value of the wrong type ends it with the reason.
const { createRequire } = require("node:module");
const { readFileSync } = require("node:fs");

const load = createRequire(`${process.cwd()}/`);
const { AdaptiveCard, SerializationContext } = load("adaptivecards");

let cards = 0;
for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const [attachment] = JSON.parse(line).attachments;
  const card = new AdaptiveCard();
  const context = new SerializationContext();
  card.parse(attachment.content, context);
  const failures = card.validateProperties().validationEvents;
  for (let at = 0; at < context.eventCount; at++) {
    failures.push(context.getEventAt(at));
  }
  if (failures.length > 0 || card.getItemCount() !== attachment.content.body.length) {
    console.log(failures.map((failure) => failure.message).join("; ") || "elements are missing");
    process.exit(1);
  }
  cards += 1;
}
console.log(`${cards} cards`);
