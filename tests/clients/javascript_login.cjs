// amazon-cognito-js through a deletion and a login; prints what it saw as JSON:
//   node javascript_login.cjs NODE_MODULES_PREFIX ENDPOINT
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

const LOGINS = { "graph.facebook.com": "ann" };
const promised = (start) =>
  new Promise((done, failed) => start((error, data) => (error ? failed(error) : done(data))));

// Resolves with the names of merged datasets, whose handler ends the synchronisation.
const synchronised = (dataset) =>
  new Promise((done, failed) => {
    let merged = [];
    dataset.synchronize({
      onSuccess: () => done(merged),
      onFailure: (error) => (merged.length ? done(merged) : failed(error)),
      onDatasetsMerged: (_dataset, names, next) => {
        merged = names;
        next(false);
      },
      onDatasetDeleted: () => failed(new Error("it was told of a deletion that it had made itself")),
    });
  });

const opened = (manager) => promised((done) => manager.openOrCreateDataset("save", done));
const device = () => new AWS.CognitoSyncManager({ DataStore: AWS.CognitoSyncManager.StoreInMemory });

async function main() {
  const identity = new AWS.CognitoIdentity();
  const pool = await identity
    .createIdentityPool({
      IdentityPoolName: "web",
      AllowUnauthenticatedIdentities: true,
      SupportedLoginProviders: { "graph.facebook.com": "1" },
    })
    .promise();
  const known = await identity.getId({ IdentityPoolId: pool.IdentityPoolId, Logins: LOGINS }).promise();

  AWS.config.credentials = new AWS.CognitoIdentityCredentials({ IdentityPoolId: pool.IdentityPoolId });
  await AWS.config.credentials.getPromise();
  const guest = AWS.config.credentials.identityId;

  // Write, delete, write again.
  const manager = device();
  const first = await opened(manager);
  await promised((done) => first.put("level", "1", done));
  await synchronised(first);
  await promised((done) => first.local.deleteDataset(guest, "save", done));
  await synchronised(first);
  const second = await opened(manager);
  await promised((done) => second.put("level", "2", done));
  await synchronised(second);
  await promised((done) => second.put("level", "3", done));
  await synchronised(second);
  const records = await new AWS.CognitoSync()
    .listRecords({ IdentityPoolId: pool.IdentityPoolId, IdentityId: guest, DatasetName: "save" })
    .promise();

  // The guest logs in, and is another identity that was there before.
  AWS.config.credentials.params.Logins = LOGINS;
  AWS.config.credentials.expired = true;
  await AWS.config.credentials.getPromise();
  const merged = await synchronised(await opened(device()));
  console.log(
    JSON.stringify({
      guest,
      known: known.IdentityId,
      loggedIn: AWS.config.credentials.identityId,
      stored: records.Records.map((record) => [record.Key, record.Value, record.SyncCount]),
      merged,
    }),
  );
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
