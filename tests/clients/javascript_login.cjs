// amazon-cognito-js through a deletion and a login; prints what it saw as JSON:
//   node javascript_login.cjs NODE_MODULES_PREFIX ENDPOINT
const { AWS, device, opened, promised, run } = require("./amazon_cognito_js.cjs");

const LOGINS = { "graph.facebook.com": "ann" };

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

run(main);
