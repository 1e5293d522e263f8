// The AWS SDK for JavaScript, version 2, with amazon-cognito-js on top of it, set up for the server named by:
//   node PROGRAM NODE_MODULES_PREFIX ENDPOINT
const { createRequire } = require("node:module");
const { readFileSync } = require("node:fs");
const { join, resolve } = require("node:path");
const { runInThisContext } = require("node:vm");

process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = "1";
const [prefix, endpoint] = process.argv.slice(2);
const load = createRequire(join(resolve(prefix), "package.json"));
const AWS = load("aws-sdk");
AWS.config.update({ region: "us-east-1", accessKeyId: "key", secretAccessKey: "secret" });
AWS.config.cognitosync = { endpoint };
AWS.config.cognitoidentity = { endpoint };
AWS.config.sts = { endpoint };

// Made for browsers, it looks for the SDK among the globals.
globalThis.AWS = AWS;
globalThis.window = globalThis;
runInThisContext(readFileSync(join(resolve(prefix), "node_modules/amazon-cognito-js/dist/amazon-cognito.min.js"), "utf8"));

const promised = (start) =>
  new Promise((done, failed) => start((error, data) => (error ? failed(error) : done(data))));

// A data store of its own, as on a device of its own.
const device = () => new AWS.CognitoSyncManager({ DataStore: AWS.CognitoSyncManager.StoreInMemory });
const opened = (manager) => promised((done) => manager.openOrCreateDataset("save", done));

function run(main) {
  main().catch((error) => {
    console.error(error);
    process.exit(1);
  });
}

module.exports = { AWS, device, opened, promised, run };
