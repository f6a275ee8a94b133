// What operators and templates call: tags, permissions, sources of dead letters.
package sdk_go

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

func TestTagsAreSetChangedAndTakenAway(t *testing.T) {
	tags := map[string]string{"team": "chat", "Team": ""}
	input := &sqs.CreateQueueInput{QueueName: aws.String(t.Name()), Tags: tags}
	url := must(client.CreateQueue(always, input)).QueueUrl
	listed := func() map[string]string {
		return must(client.ListQueueTags(always, &sqs.ListQueueTagsInput{QueueUrl: url})).Tags
	}

	equal(t, tags, listed())
	must(client.TagQueue(always, &sqs.TagQueueInput{QueueUrl: url, Tags: map[string]string{"team": "mail"}}))
	equal(t, map[string]string{"team": "mail", "Team": ""}, listed())
	must(client.UntagQueue(always, &sqs.UntagQueueInput{QueueUrl: url, TagKeys: []string{"team", "Team", "not-there"}}))
	equal(t, 0, len(listed()))
}

func TestPermissionsAreStatementsOfThePolicy(t *testing.T) {
	url := queue(t, nil)
	must(client.AddPermission(always, &sqs.AddPermissionInput{
		QueueUrl: url, Label: aws.String("one"), AWSAccountIds: []string{"111122223333"}, Actions: []string{"SendMessage"}}))
	names := []types.QueueAttributeName{"Policy"}
	policy := func() string {
		input := &sqs.GetQueueAttributesInput{QueueUrl: url, AttributeNames: names}
		return must(client.GetQueueAttributes(always, input)).Attributes["Policy"]
	}

	equal(t, true, strings.Contains(policy(), `"SQS:SendMessage"`))
	must(client.RemovePermission(always, &sqs.RemovePermissionInput{QueueUrl: url, Label: aws.String("one")}))
	equal(t, "", policy())
}

func TestAQueueOfDeadLettersTellsWhereTheyComeFrom(t *testing.T) {
	dead := queue(t, nil)
	policy := `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:` + t.Name() + `","maxReceiveCount":3}`
	for _, each := range "abc" {
		name := aws.String("source-" + string(each))
		attributes := map[string]string{"RedrivePolicy": policy}
		must(client.CreateQueue(always, &sqs.CreateQueueInput{QueueName: name, Attributes: attributes}))
	}

	pages := sqs.NewListDeadLetterSourceQueuesPaginator(
		client, &sqs.ListDeadLetterSourceQueuesInput{QueueUrl: dead, MaxResults: aws.Int32(2)})
	var urls []string
	for pages.HasMorePages() {
		urls = append(urls, must(pages.NextPage(always)).QueueUrls...)
	}

	equal(t, 3, len(urls))
}
