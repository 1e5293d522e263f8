// Writes and reads records with the AWS SDK for Go, version 1: go run main.go ENDPOINT
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/awserr"
	"github.com/aws/aws-sdk-go/aws/credentials"
	"github.com/aws/aws-sdk-go/aws/session"
	"github.com/aws/aws-sdk-go/service/cognitoidentity"
	"github.com/aws/aws-sdk-go/service/cognitosync"
	"github.com/aws/aws-sdk-go/service/s3"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	config := aws.NewConfig().WithEndpoint(os.Args[1]).WithRegion("us-east-1").WithS3ForcePathStyle(true)
	made := session.Must(session.NewSession(config.WithCredentials(credentials.NewStaticCredentials("key", "secret", ""))))
	identity, sync, store := cognitoidentity.New(made), cognitosync.New(made), s3.New(made)

	pool, err := identity.CreateIdentityPool(&cognitoidentity.CreateIdentityPoolInput{
		IdentityPoolName: aws.String("go"), AllowUnauthenticatedIdentities: aws.Bool(true)})
	check(err)
	guest, err := identity.GetId(&cognitoidentity.GetIdInput{IdentityPoolId: pool.IdentityPoolId})
	check(err)
	listed, err := sync.ListRecords(&cognitosync.ListRecordsInput{
		IdentityPoolId: pool.IdentityPoolId, IdentityId: guest.IdentityId, DatasetName: aws.String("save")})
	check(err)
	patch := &cognitosync.RecordPatch{
		Op: aws.String("replace"), Key: aws.String("level"), Value: aws.String("7"), SyncCount: aws.Int64(0)}
	update := &cognitosync.UpdateRecordsInput{
		IdentityPoolId: pool.IdentityPoolId, IdentityId: guest.IdentityId, DatasetName: aws.String("save"),
		SyncSessionToken: listed.SyncSessionToken, RecordPatches: []*cognitosync.RecordPatch{patch}}
	written, err := sync.UpdateRecords(update)
	check(err)
	_, err = sync.UpdateRecords(update)
	refused := err.(awserr.Error).Code()
	_, err = store.CreateBucket(&s3.CreateBucketInput{Bucket: aws.String("from-go")})
	check(err)
	_, err = store.PutObject(&s3.PutObjectInput{
		Bucket: aws.String("from-go"), Key: aws.String("a/b c"), Body: bytes.NewReader([]byte("content"))})
	check(err)
	json.NewEncoder(os.Stdout).Encode([]interface{}{
		pool.IdentityPoolId, guest.IdentityId, written.Records[0].Value, refused})
}
