// Sets and reads an identity pool's configuration with the AWS SDK for JavaScript and prints what it got as JSON:
//   node set_and_get.mjs NODE_MODULES_PREFIX REQUEST
// REQUEST is JSON with endpoint, PushSync, CognitoStreams, unknownPoolId and invalidCognitoStreams.

import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [prefix, request] = process.argv.slice(2);
// An import would look beside this file, where nothing is installed.
const require = createRequire(join(resolve(prefix), "package.json"));
const { CognitoIdentityClient, CreateIdentityPoolCommand } = require("@aws-sdk/client-cognito-identity");
const {
  CognitoSyncClient,
  CognitoSyncServiceException,
  GetIdentityPoolConfigurationCommand,
  SetIdentityPoolConfigurationCommand,
} = require("@aws-sdk/client-cognito-sync");

const { endpoint, PushSync, CognitoStreams, unknownPoolId, invalidCognitoStreams } = JSON.parse(request);
const sync = new CognitoSyncClient({ endpoint });

async function answer(command) {
  const { $metadata, ...members } = await sync.send(command);
  return { status: $metadata.httpStatusCode, ...members };
}

async function refusal(command) {
  try {
    return { accepted: await answer(command) };
  } catch (error) {
    if (!(error instanceof CognitoSyncServiceException)) throw error;
    const { name, message, $metadata } = error;
    return { status: $metadata.httpStatusCode, name, message, class: error.constructor.name };
  }
}

const { IdentityPoolId } = await new CognitoIdentityClient({ endpoint }).send(
  new CreateIdentityPoolCommand({ IdentityPoolName: "game", AllowUnauthenticatedIdentities: true }),
);
const get = (id) => new GetIdentityPoolConfigurationCommand({ IdentityPoolId: id });
const set = (id, parts) => new SetIdentityPoolConfigurationCommand({ IdentityPoolId: id, ...parts });

const report = {
  IdentityPoolId,
  fresh: await answer(get(IdentityPoolId)),
  set: await answer(set(IdentityPoolId, { PushSync, CognitoStreams })),
  got: await answer(get(IdentityPoolId)),
  "without push": await answer(set(IdentityPoolId, { PushSync: {} })),
  "getting from an unknown pool": await refusal(get(unknownPoolId)),
  "setting an unknown pool": await refusal(set(unknownPoolId, { PushSync })),
  "setting what is invalid": await refusal(set(IdentityPoolId, { CognitoStreams: invalidCognitoStreams })),
};
console.log(JSON.stringify(report));
