// The AWS SDK for JavaScript, version 3, with the credentials of an identity and with other services:
//   node credential_providers.mjs NODE_MODULES_PREFIX REQUEST
// REQUEST is JSON with endpoint and identityPoolId.

import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [prefix, request] = process.argv.slice(2);
const require = createRequire(join(resolve(prefix), "package.json"));
const { CognitoSyncClient, ListRecordsCommand, UpdateRecordsCommand, GetIdentityPoolConfigurationCommand } = require("@aws-sdk/client-cognito-sync");
const { KinesisClient, CreateStreamCommand, PutRecordCommand, ListStreamsCommand } = require("@aws-sdk/client-kinesis");
const { S3Client, CreateBucketCommand, GetObjectCommand, PutObjectCommand } = require("@aws-sdk/client-s3");
const { SQSClient, CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand } = require("@aws-sdk/client-sqs");
const { fromCognitoIdentityPool } = require("@aws-sdk/credential-providers");
const { NodeHttpHandler } = require("@smithy/node-http-handler");

const { endpoint, identityPoolId } = JSON.parse(request);
const region = "us-east-1";
const credentials = fromCognitoIdentityPool({ identityPoolId, clientConfig: { endpoint, region } });
const guest = await credentials();

const sync = new CognitoSyncClient({ endpoint, region, credentials });
const about = { IdentityPoolId: identityPoolId, IdentityId: guest.identityId, DatasetName: "save" };
const { SyncSessionToken } = await sync.send(new ListRecordsCommand(about));
const patch = { Op: "replace", Key: "level", Value: "7", SyncCount: 0 };
const written = await sync.send(new UpdateRecordsCommand({ ...about, SyncSessionToken, RecordPatches: [patch] }));
let refused;
try {
  await sync.send(new GetIdentityPoolConfigurationCommand({ IdentityPoolId: identityPoolId }));
} catch (error) {
  refused = [error.name, error.$metadata.httpStatusCode];
}

const s3 = new S3Client({ endpoint, region, forcePathStyle: true });
await s3.send(new CreateBucketCommand({ Bucket: "from-node" }));
await s3.send(new PutObjectCommand({ Bucket: "from-node", Key: "a b/ä", Body: "content", Metadata: { some_key: "1" } }));
const object = await s3.send(new GetObjectCommand({ Bucket: "from-node", Key: "a b/ä" }));
const content = await object.Body.transformToString();

const sqs = new SQSClient({ endpoint, region });
const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "jobs" }));
await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "hello" }));
const received = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));

// HTTP/2 is this client's default; it is told, and the remedy works.
let http2;
try {
  await new KinesisClient({ endpoint, region, maxAttempts: 1 }).send(new ListStreamsCommand({}));
  http2 = "answered";
} catch (error) {
  http2 = error.code || error.name;
}
const kinesis = new KinesisClient({ endpoint, region, requestHandler: new NodeHttpHandler() });
await kinesis.send(new CreateStreamCommand({ StreamName: "changes", ShardCount: 1 }));
const put = await kinesis.send(new PutRecordCommand({ StreamName: "changes", Data: Buffer.from("a"), PartitionKey: "a" }));

console.log(
  JSON.stringify({
    identityId: guest.identityId,
    temporary: Boolean(guest.sessionToken),
    written: written.Records.map((record) => [record.Value, record.LastModifiedBy]),
    refused,
    content,
    message: received.Messages[0].Body,
    http2,
    shard: put.ShardId,
  }),
);
