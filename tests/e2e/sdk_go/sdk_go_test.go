// The actions as the Go SDK v2 of Debian calls them: AWS Query with XML answers. The SDK itself verifies digests of bodies.
//
// sdk_go_test.py starts a server, builds this without modules against /usr/share/gocode, and gives MAILRAIL_ENDPOINT.
package sdk_go

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"
)

var (
	endpoint = os.Getenv("MAILRAIL_ENDPOINT")
	always   = context.Background()
	client   = sqs.New(sqs.Options{
		Region:           "us-east-1",
		EndpointResolver: sqs.EndpointResolverFromURL(endpoint),
		Credentials:      credentials.NewStaticCredentialsProvider("test", "test", ""),
		RetryMaxAttempts: 1,
	})
)

// The value of a call that has to succeed. An error ends the run, with the way that led to it.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func equal(t *testing.T, expected, actual any) {
	t.Helper()
	if !reflect.DeepEqual(expected, actual) {
		t.Fatalf("expected %#v, and it is %#v", expected, actual)
	}
}

func queue(t *testing.T, attributes map[string]string) *string {
	t.Helper()
	name := strings.ReplaceAll(t.Name(), "/", "-")
	if attributes["FifoQueue"] == "true" {
		name += ".fifo"
	}
	input := &sqs.CreateQueueInput{QueueName: aws.String(name), Attributes: attributes}
	return must(client.CreateQueue(always, input)).QueueUrl
}

func receive(t *testing.T, url *string) []types.Message {
	t.Helper()
	input := &sqs.ReceiveMessageInput{
		QueueUrl: url, MaxNumberOfMessages: 10, AttributeNames: []types.QueueAttributeName{"All"},
		MessageAttributeNames: []string{"All"},
	}
	return must(client.ReceiveMessage(always, input)).Messages
}

// How many messages wait and are in flight.
func counts(t *testing.T, url *string) string {
	t.Helper()
	input := &sqs.GetQueueAttributesInput{QueueUrl: url, AttributeNames: []types.QueueAttributeName{"All"}}
	all := must(client.GetQueueAttributes(always, input)).Attributes
	return fmt.Sprint(all["ApproximateNumberOfMessages"], " ", all["ApproximateNumberOfMessagesNotVisible"])
}

func TestAQueueIsFoundChangedAndDeleted(t *testing.T) {
	url := queue(t, map[string]string{"VisibilityTimeout": "45"})
	attributes := map[string]string{"DelaySeconds": "3"}
	must(client.SetQueueAttributes(always, &sqs.SetQueueAttributesInput{QueueUrl: url, Attributes: attributes}))

	found := must(client.GetQueueUrl(always, &sqs.GetQueueUrlInput{QueueName: aws.String(t.Name())}))
	names := []types.QueueAttributeName{"VisibilityTimeout", "DelaySeconds"}
	some := must(client.GetQueueAttributes(always, &sqs.GetQueueAttributesInput{QueueUrl: url, AttributeNames: names}))

	equal(t, endpoint+"/000000000000/"+t.Name(), *url)
	equal(t, *url, *found.QueueUrl)
	equal(t, map[string]string{"VisibilityTimeout": "45", "DelaySeconds": "3"}, some.Attributes)
	must(client.DeleteQueue(always, &sqs.DeleteQueueInput{QueueUrl: url}))
	_, err := client.GetQueueUrl(always, &sqs.GetQueueUrlInput{QueueName: aws.String(t.Name())})
	equal(t, true, errors.As(err, new(*types.QueueDoesNotExist)))
}

func TestQueuesAreListedInPages(t *testing.T) {
	for _, each := range "abc" {
		name := aws.String("page-" + string(each))
		must(client.CreateQueue(always, &sqs.CreateQueueInput{QueueName: name}))
	}

	pages := sqs.NewListQueuesPaginator(
		client, &sqs.ListQueuesInput{QueueNamePrefix: aws.String("page-"), MaxResults: aws.Int32(2)})
	var sizes []int
	for pages.HasMorePages() {
		sizes = append(sizes, len(must(pages.NextPage(always)).QueueUrls))
	}

	equal(t, []int{2, 1}, sizes)
}

func TestAMessageComesAsItWasSentAndGoesWhenDeleted(t *testing.T) {
	url := queue(t, nil)
	body := "crlf\r\n tab\t \"&quot;\" <tags> & \u00e9\u4e16\U0001f69e"
	attributes := map[string]types.MessageAttributeValue{
		"text": {DataType: aws.String("String"), StringValue: aws.String("a\rb")},
		"raw":  {DataType: aws.String("Binary"), BinaryValue: []byte{0, 255, 30, 10}},
	}
	message := &sqs.SendMessageInput{QueueUrl: url, MessageBody: aws.String(body), MessageAttributes: attributes}
	sent := must(client.SendMessage(always, message))

	messages := receive(t, url)

	equal(t, 1, len(messages))
	equal(t, body, *messages[0].Body)
	equal(t, *sent.MessageId, *messages[0].MessageId)
	equal(t, *sent.MD5OfMessageAttributes, *messages[0].MD5OfMessageAttributes)
	equal(t, "a\rb", *messages[0].MessageAttributes["text"].StringValue)
	equal(t, []byte{0, 255, 30, 10}, messages[0].MessageAttributes["raw"].BinaryValue)
	equal(t, "1", messages[0].Attributes["ApproximateReceiveCount"])
	must(client.DeleteMessage(always, &sqs.DeleteMessageInput{QueueUrl: url, ReceiptHandle: messages[0].ReceiptHandle}))
	equal(t, "0 0", counts(t, url))
}

func TestAMessageThatIsReleasedComesAgain(t *testing.T) {
	url := queue(t, nil)
	must(client.SendMessage(always, &sqs.SendMessageInput{QueueUrl: url, MessageBody: aws.String("once")}))
	first := receive(t, url)
	equal(t, 0, len(receive(t, url)))

	release := &sqs.ChangeMessageVisibilityInput{QueueUrl: url, ReceiptHandle: first[0].ReceiptHandle, VisibilityTimeout: 0}
	must(client.ChangeMessageVisibility(always, release))

	equal(t, "2", receive(t, url)[0].Attributes["ApproximateReceiveCount"])
	must(client.PurgeQueue(always, &sqs.PurgeQueueInput{QueueUrl: url}))
	equal(t, "0 0", counts(t, url))
}

func TestBatchesOnAFifoQueueKeepTheirOrderAndAnswerEntryByEntry(t *testing.T) {
	url := queue(t, map[string]string{"FifoQueue": "true", "ContentBasedDeduplication": "true", "MaximumMessageSize": "1024"})
	var entries []types.SendMessageBatchRequestEntry
	for _, body := range []string{"a", "b", strings.Repeat("x", 1025), "c"} {
		id := aws.String(fmt.Sprint("id-", len(entries)))
		entries = append(entries, types.SendMessageBatchRequestEntry{
			Id: id, MessageBody: aws.String(body), MessageGroupId: aws.String("g")})
	}

	sent := must(client.SendMessageBatch(always, &sqs.SendMessageBatchInput{QueueUrl: url, Entries: entries}))
	messages := receive(t, url)

	equal(t, 3, len(sent.Successful))
	equal(t, []types.BatchResultErrorEntry{{Id: aws.String("id-2"), Code: aws.String("InvalidParameterValue"),
		Message: sent.Failed[0].Message, SenderFault: true}}, sent.Failed)
	var bodies []string
	var longer []types.ChangeMessageVisibilityBatchRequestEntry
	var done []types.DeleteMessageBatchRequestEntry
	for index, each := range messages {
		id := aws.String(fmt.Sprint("id-", index))
		bodies = append(bodies, *each.Body)
		longer = append(longer, types.ChangeMessageVisibilityBatchRequestEntry{
			Id: id, ReceiptHandle: each.ReceiptHandle, VisibilityTimeout: 60})
		done = append(done, types.DeleteMessageBatchRequestEntry{Id: id, ReceiptHandle: each.ReceiptHandle})
	}
	equal(t, []string{"a", "b", "c"}, bodies)
	change := &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: url, Entries: longer}
	changed := must(client.ChangeMessageVisibilityBatch(always, change))
	deleted := must(client.DeleteMessageBatch(always, &sqs.DeleteMessageBatchInput{QueueUrl: url, Entries: done}))
	equal(t, []int{3, 3}, []int{len(changed.Successful), len(deleted.Successful)})
	equal(t, "0 0", counts(t, url))
}

func TestALongPollEndsAsSoonAsAMessageIsThere(t *testing.T) {
	url := queue(t, nil)
	started := time.Now()
	received := make(chan error)
	go func() {
		output, err := client.ReceiveMessage(always, &sqs.ReceiveMessageInput{QueueUrl: url, WaitTimeSeconds: 20})
		if err == nil && len(output.Messages) != 1 {
			err = fmt.Errorf("%d messages came", len(output.Messages))
		}
		received <- err
	}()

	must(client.SendMessage(always, &sqs.SendMessageInput{QueueUrl: url, MessageBody: aws.String("wake")}))

	equal(t, nil, <-received)
	if waited := time.Since(started); waited > 10*time.Second {
		t.Fatalf("the poll took %v", waited)
	}
}

func TestErrorsHaveTheirTypes(t *testing.T) {
	url := queue(t, nil)
	call := func(input sqs.SendMessageInput) error {
		_, err := client.SendMessage(always, &input)
		return err
	}

	missing := call(sqs.SendMessageInput{QueueUrl: aws.String(*url + "-not"), MessageBody: aws.String("x")})
	contents := call(sqs.SendMessageInput{QueueUrl: url, MessageBody: aws.String("\u0001")})
	empty := call(sqs.SendMessageInput{QueueUrl: url, MessageBody: aws.String("")})
	_, handle := client.DeleteMessage(always, &sqs.DeleteMessageInput{QueueUrl: url, ReceiptHandle: aws.String("nonsense")})
	_, exists := client.CreateQueue(
		always, &sqs.CreateQueueInput{QueueName: aws.String(t.Name()), Attributes: map[string]string{"DelaySeconds": "7"}})
	entry := types.SendMessageBatchRequestEntry{Id: aws.String("a"), MessageBody: aws.String("x")}
	twice := []types.SendMessageBatchRequestEntry{entry, entry}
	_, whole := client.SendMessageBatch(always, &sqs.SendMessageBatchInput{QueueUrl: url, Entries: twice})

	equal(t, true, errors.As(contents, new(*types.InvalidMessageContents)))
	equal(t, true, errors.As(handle, new(*types.ReceiptHandleIsInvalid)))
	equal(t, true, errors.As(exists, new(*types.QueueNameExists)))
	equal(t, true, errors.As(whole, new(*types.BatchEntryIdsNotDistinct)))
	for code, err := range map[string]error{
		"AWS.SimpleQueueService.NonExistentQueue": missing, "InvalidMessageContents": contents, "MissingParameter": empty,
		"ReceiptHandleIsInvalid": handle, "QueueAlreadyExists": exists,
		"AWS.SimpleQueueService.BatchEntryIdsNotDistinct": whole,
	} {
		var api smithy.APIError
		equal(t, true, errors.As(err, &api))
		equal(t, code, api.ErrorCode())
	}
	// This SDK drops the texts of errors that its model has for an action; those of the others can be read.
	var general *smithy.GenericAPIError
	equal(t, true, errors.As(missing, &general))
	equal(t, "The specified queue does not exist for this wsdl version.", general.Message)
	equal(t, true, errors.As(empty, &general))
	equal(t, "The request must contain the parameter MessageBody.", general.Message)
}
