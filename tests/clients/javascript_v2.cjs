// The AWS SDK for JavaScript, version 2, with amazon-cognito-js on top of it; prints what it saw as JSON:
//   node javascript_v2.cjs NODE_MODULES_PREFIX ENDPOINT
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

function synchronised(dataset, conflicts) {
  return new Promise((done, failed) =>
    dataset.synchronize({
      onSuccess: () => done(),
      onFailure: failed,
      onConflict: (_dataset, found, next) => {
        conflicts.push(...found.map((conflict) => conflict.getKey()));
        dataset.resolve(found.map((conflict) => conflict.resolveWithRemoteRecord()), () => next(true));
      },
      onDatasetDeleted: (_dataset, _name, next) => next(true),
      onDatasetsMerged: (_dataset, _names, next) => next(false),
    }),
  );
}

async function device(name) {
  const manager = new AWS.CognitoSyncManager({ DataStore: AWS.CognitoSyncManager.StoreInMemory });
  return promised((done) => manager.openOrCreateDataset(name, done));
}

async function main() {
  const identity = new AWS.CognitoIdentity();
  const pool = await identity
    .createIdentityPool({ IdentityPoolName: "web", AllowUnauthenticatedIdentities: true })
    .promise();
  // The guest's own credentials, as a browser gets them.
  AWS.config.credentials = new AWS.CognitoIdentityCredentials({ IdentityPoolId: pool.IdentityPoolId });
  await AWS.config.credentials.getPromise().catch(() => undefined);
  const identityId = AWS.config.credentials.identityId;

  const conflicts = [];
  const first = await device("save");
  const second = await device("save");
  await promised((done) => first.put("level", "7", done));
  await synchronised(first, conflicts);
  await synchronised(second, conflicts);
  const received = await promised((done) => second.get("level", done));
  await promised((done) => first.put("level", "8", done));
  await promised((done) => second.put("level", "9", done));
  await synchronised(first, conflicts);
  await synchronised(second, conflicts);
  const resolved = await promised((done) => second.get("level", done));

  const sync = new AWS.CognitoSync();
  const listed = await sync
    .listRecords({ IdentityPoolId: pool.IdentityPoolId, IdentityId: identityId, DatasetName: "save" })
    .promise();
  const refused = await sync
    .describeDataset({ IdentityPoolId: pool.IdentityPoolId, IdentityId: identityId, DatasetName: "none" })
    .promise()
    .catch((error) => [error.statusCode, error.code]);
  console.log(
    JSON.stringify({
      poolId: pool.IdentityPoolId,
      identityId,
      received,
      conflicts,
      resolved,
      stored: listed.Records.map((record) => [record.Key, record.Value, record.SyncCount]),
      refused,
    }),
  );
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
