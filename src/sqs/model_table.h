// The members of the actions' inputs and outputs in AWS's models, a line each, for shapes_test.
//
// A line says where a member stands, its type, how Query spells it if it is a collection, and
// whether it is required. Distilled from botocore's models of SQS: the current one, and the last
// one for AWS Query.

#pragma once

#include <string_view>

namespace mailrail::sqs {

inline constexpr std::string_view model_table = R"(
AddPermission.in QueueUrl string required
AddPermission.in Label string required
AddPermission.in AWSAccountIds list AWSAccountId required
AddPermission.in Actions list ActionName required
CancelMessageMoveTask.in TaskHandle string required
CancelMessageMoveTask.out ApproximateNumberOfMessagesMoved long
ChangeMessageVisibility.in QueueUrl string required
ChangeMessageVisibility.in ReceiptHandle string required
ChangeMessageVisibility.in VisibilityTimeout integer required
ChangeMessageVisibilityBatch.in QueueUrl string required
ChangeMessageVisibilityBatch.in Entries list ChangeMessageVisibilityBatchRequestEntry required
ChangeMessageVisibilityBatch.in Entries[].Id string required
ChangeMessageVisibilityBatch.in Entries[].ReceiptHandle string required
ChangeMessageVisibilityBatch.in Entries[].VisibilityTimeout integer
ChangeMessageVisibilityBatch.out Successful list ChangeMessageVisibilityBatchResultEntry required
ChangeMessageVisibilityBatch.out Successful[].Id string required
ChangeMessageVisibilityBatch.out Failed list BatchResultErrorEntry required
ChangeMessageVisibilityBatch.out Failed[].Id string required
ChangeMessageVisibilityBatch.out Failed[].SenderFault boolean required
ChangeMessageVisibilityBatch.out Failed[].Code string required
ChangeMessageVisibilityBatch.out Failed[].Message string
CreateQueue.in QueueName string required
CreateQueue.in Attributes map Attribute(Name,Value)
CreateQueue.in tags map Tag(Key,Value)
CreateQueue.out QueueUrl string
DeleteMessage.in QueueUrl string required
DeleteMessage.in ReceiptHandle string required
DeleteMessageBatch.in QueueUrl string required
DeleteMessageBatch.in Entries list DeleteMessageBatchRequestEntry required
DeleteMessageBatch.in Entries[].Id string required
DeleteMessageBatch.in Entries[].ReceiptHandle string required
DeleteMessageBatch.out Successful list DeleteMessageBatchResultEntry required
DeleteMessageBatch.out Successful[].Id string required
DeleteMessageBatch.out Failed list BatchResultErrorEntry required
DeleteMessageBatch.out Failed[].Id string required
DeleteMessageBatch.out Failed[].SenderFault boolean required
DeleteMessageBatch.out Failed[].Code string required
DeleteMessageBatch.out Failed[].Message string
DeleteQueue.in QueueUrl string required
GetQueueAttributes.in QueueUrl string required
GetQueueAttributes.in AttributeNames list AttributeName
GetQueueAttributes.out Attributes map Attribute(Name,Value)
GetQueueUrl.in QueueName string required
GetQueueUrl.in QueueOwnerAWSAccountId string
GetQueueUrl.out QueueUrl string
ListDeadLetterSourceQueues.in QueueUrl string required
ListDeadLetterSourceQueues.in NextToken string
ListDeadLetterSourceQueues.in MaxResults integer
ListDeadLetterSourceQueues.out queueUrls list QueueUrl required
ListDeadLetterSourceQueues.out NextToken string
ListMessageMoveTasks.in SourceArn string required
ListMessageMoveTasks.in MaxResults integer
ListMessageMoveTasks.out Results list ListMessageMoveTasksResultEntry
ListMessageMoveTasks.out Results[].TaskHandle string
ListMessageMoveTasks.out Results[].Status string
ListMessageMoveTasks.out Results[].SourceArn string
ListMessageMoveTasks.out Results[].DestinationArn string
ListMessageMoveTasks.out Results[].MaxNumberOfMessagesPerSecond integer
ListMessageMoveTasks.out Results[].ApproximateNumberOfMessagesMoved long
ListMessageMoveTasks.out Results[].ApproximateNumberOfMessagesToMove long
ListMessageMoveTasks.out Results[].FailureReason string
ListMessageMoveTasks.out Results[].StartedTimestamp long
ListQueueTags.in QueueUrl string required
ListQueueTags.out Tags map Tag(Key,Value)
ListQueues.in QueueNamePrefix string
ListQueues.in NextToken string
ListQueues.in MaxResults integer
ListQueues.out QueueUrls list QueueUrl
ListQueues.out NextToken string
PurgeQueue.in QueueUrl string required
ReceiveMessage.in QueueUrl string required
ReceiveMessage.in AttributeNames list AttributeName
ReceiveMessage.in MessageSystemAttributeNames list MessageSystemAttributeName
ReceiveMessage.in MessageAttributeNames list MessageAttributeName
ReceiveMessage.in MaxNumberOfMessages integer
ReceiveMessage.in VisibilityTimeout integer
ReceiveMessage.in WaitTimeSeconds integer
ReceiveMessage.in ReceiveRequestAttemptId string
ReceiveMessage.out Messages list Message
ReceiveMessage.out Messages[].MessageId string
ReceiveMessage.out Messages[].ReceiptHandle string
ReceiveMessage.out Messages[].MD5OfBody string
ReceiveMessage.out Messages[].Body string
ReceiveMessage.out Messages[].Attributes map Attribute(Name,Value)
ReceiveMessage.out Messages[].MD5OfMessageAttributes string
ReceiveMessage.out Messages[].MessageAttributes map MessageAttribute(Name,Value)
ReceiveMessage.out Messages[].MessageAttributes{}.StringValue string
ReceiveMessage.out Messages[].MessageAttributes{}.BinaryValue blob
ReceiveMessage.out Messages[].MessageAttributes{}.StringListValues list StringListValue
ReceiveMessage.out Messages[].MessageAttributes{}.BinaryListValues list BinaryListValue
ReceiveMessage.out Messages[].MessageAttributes{}.DataType string required
RemovePermission.in QueueUrl string required
RemovePermission.in Label string required
SendMessage.in QueueUrl string required
SendMessage.in MessageBody string required
SendMessage.in DelaySeconds integer
SendMessage.in MessageAttributes map MessageAttribute(Name,Value)
SendMessage.in MessageAttributes{}.StringValue string
SendMessage.in MessageAttributes{}.BinaryValue blob
SendMessage.in MessageAttributes{}.StringListValues list StringListValue
SendMessage.in MessageAttributes{}.BinaryListValues list BinaryListValue
SendMessage.in MessageAttributes{}.DataType string required
SendMessage.in MessageSystemAttributes map MessageSystemAttribute(Name,Value)
SendMessage.in MessageSystemAttributes{}.StringValue string
SendMessage.in MessageSystemAttributes{}.BinaryValue blob
SendMessage.in MessageSystemAttributes{}.StringListValues list StringListValue
SendMessage.in MessageSystemAttributes{}.BinaryListValues list BinaryListValue
SendMessage.in MessageSystemAttributes{}.DataType string required
SendMessage.in MessageDeduplicationId string
SendMessage.in MessageGroupId string
SendMessage.out MD5OfMessageBody string
SendMessage.out MD5OfMessageAttributes string
SendMessage.out MD5OfMessageSystemAttributes string
SendMessage.out MessageId string
SendMessage.out SequenceNumber string
SendMessageBatch.in QueueUrl string required
SendMessageBatch.in Entries list SendMessageBatchRequestEntry required
SendMessageBatch.in Entries[].Id string required
SendMessageBatch.in Entries[].MessageBody string required
SendMessageBatch.in Entries[].DelaySeconds integer
SendMessageBatch.in Entries[].MessageAttributes map MessageAttribute(Name,Value)
SendMessageBatch.in Entries[].MessageAttributes{}.StringValue string
SendMessageBatch.in Entries[].MessageAttributes{}.BinaryValue blob
SendMessageBatch.in Entries[].MessageAttributes{}.StringListValues list StringListValue
SendMessageBatch.in Entries[].MessageAttributes{}.BinaryListValues list BinaryListValue
SendMessageBatch.in Entries[].MessageAttributes{}.DataType string required
SendMessageBatch.in Entries[].MessageSystemAttributes map MessageSystemAttribute(Name,Value)
SendMessageBatch.in Entries[].MessageSystemAttributes{}.StringValue string
SendMessageBatch.in Entries[].MessageSystemAttributes{}.BinaryValue blob
SendMessageBatch.in Entries[].MessageSystemAttributes{}.StringListValues list StringListValue
SendMessageBatch.in Entries[].MessageSystemAttributes{}.BinaryListValues list BinaryListValue
SendMessageBatch.in Entries[].MessageSystemAttributes{}.DataType string required
SendMessageBatch.in Entries[].MessageDeduplicationId string
SendMessageBatch.in Entries[].MessageGroupId string
SendMessageBatch.out Successful list SendMessageBatchResultEntry required
SendMessageBatch.out Successful[].Id string required
SendMessageBatch.out Successful[].MessageId string required
SendMessageBatch.out Successful[].MD5OfMessageBody string required
SendMessageBatch.out Successful[].MD5OfMessageAttributes string
SendMessageBatch.out Successful[].MD5OfMessageSystemAttributes string
SendMessageBatch.out Successful[].SequenceNumber string
SendMessageBatch.out Failed list BatchResultErrorEntry required
SendMessageBatch.out Failed[].Id string required
SendMessageBatch.out Failed[].SenderFault boolean required
SendMessageBatch.out Failed[].Code string required
SendMessageBatch.out Failed[].Message string
SetQueueAttributes.in QueueUrl string required
SetQueueAttributes.in Attributes map Attribute(Name,Value) required
StartMessageMoveTask.in SourceArn string required
StartMessageMoveTask.in DestinationArn string
StartMessageMoveTask.in MaxNumberOfMessagesPerSecond integer
StartMessageMoveTask.out TaskHandle string
TagQueue.in QueueUrl string required
TagQueue.in Tags map Tag(Key,Value) required
UntagQueue.in QueueUrl string required
UntagQueue.in TagKeys list TagKey required
)";

}  // namespace mailrail::sqs
