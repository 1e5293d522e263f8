// The AWS SDK for JavaScript, version 2, with amazon-cognito-js on top of it; prints what it saw as JSON:
//   node javascript_v2.cjs NODE_MODULES_PREFIX ENDPOINT
const { AWS, device, opened, promised, run } = require("./amazon_cognito_js.cjs");

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
  const first = await opened(device());
  const second = await opened(device());
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

run(main);
