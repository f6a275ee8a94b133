// The members of the actions' inputs and outputs in AWS's model, a line each, for shapes_test.
//
// A line says where a member stands, its type, the names of a map's halves, and whether it is
// required. Distilled from botocore's model of SNS.

#pragma once

#include <string_view>

namespace mailrail::sns {

inline constexpr std::string_view model_table = R"(
AddPermission.in TopicArn string required
AddPermission.in Label string required
AddPermission.in AWSAccountId list required
AddPermission.in ActionName list required
ConfirmSubscription.in TopicArn string required
ConfirmSubscription.in Token string required
ConfirmSubscription.in AuthenticateOnUnsubscribe string
ConfirmSubscription.out SubscriptionArn string
CreateTopic.in Name string required
CreateTopic.in Attributes map (key,value)
CreateTopic.in Tags list
CreateTopic.in Tags[].Key string required
CreateTopic.in Tags[].Value string required
CreateTopic.in DataProtectionPolicy string
CreateTopic.out TopicArn string
DeleteTopic.in TopicArn string required
GetDataProtectionPolicy.in ResourceArn string required
GetDataProtectionPolicy.out DataProtectionPolicy string
GetSubscriptionAttributes.in SubscriptionArn string required
GetSubscriptionAttributes.out Attributes map (key,value)
GetTopicAttributes.in TopicArn string required
GetTopicAttributes.out Attributes map (key,value)
ListSubscriptions.in NextToken string
ListSubscriptions.out Subscriptions list
ListSubscriptions.out Subscriptions[].SubscriptionArn string
ListSubscriptions.out Subscriptions[].Owner string
ListSubscriptions.out Subscriptions[].Protocol string
ListSubscriptions.out Subscriptions[].Endpoint string
ListSubscriptions.out Subscriptions[].TopicArn string
ListSubscriptions.out NextToken string
ListSubscriptionsByTopic.in TopicArn string required
ListSubscriptionsByTopic.in NextToken string
ListSubscriptionsByTopic.out Subscriptions list
ListSubscriptionsByTopic.out Subscriptions[].SubscriptionArn string
ListSubscriptionsByTopic.out Subscriptions[].Owner string
ListSubscriptionsByTopic.out Subscriptions[].Protocol string
ListSubscriptionsByTopic.out Subscriptions[].Endpoint string
ListSubscriptionsByTopic.out Subscriptions[].TopicArn string
ListSubscriptionsByTopic.out NextToken string
ListTagsForResource.in ResourceArn string required
ListTagsForResource.out Tags list
ListTagsForResource.out Tags[].Key string required
ListTagsForResource.out Tags[].Value string required
ListTopics.in NextToken string
ListTopics.out Topics list
ListTopics.out Topics[].TopicArn string
ListTopics.out NextToken string
Publish.in TopicArn string
Publish.in TargetArn string
Publish.in PhoneNumber string
Publish.in Message string required
Publish.in Subject string
Publish.in MessageStructure string
Publish.in MessageAttributes map (Name,Value)
Publish.in MessageAttributes{}.DataType string required
Publish.in MessageAttributes{}.StringValue string
Publish.in MessageAttributes{}.BinaryValue blob
Publish.in MessageDeduplicationId string
Publish.in MessageGroupId string
Publish.out MessageId string
Publish.out SequenceNumber string
PublishBatch.in TopicArn string required
PublishBatch.in PublishBatchRequestEntries list required
PublishBatch.in PublishBatchRequestEntries[].Id string required
PublishBatch.in PublishBatchRequestEntries[].Message string required
PublishBatch.in PublishBatchRequestEntries[].Subject string
PublishBatch.in PublishBatchRequestEntries[].MessageStructure string
PublishBatch.in PublishBatchRequestEntries[].MessageAttributes map (Name,Value)
PublishBatch.in PublishBatchRequestEntries[].MessageAttributes{}.DataType string required
PublishBatch.in PublishBatchRequestEntries[].MessageAttributes{}.StringValue string
PublishBatch.in PublishBatchRequestEntries[].MessageAttributes{}.BinaryValue blob
PublishBatch.in PublishBatchRequestEntries[].MessageDeduplicationId string
PublishBatch.in PublishBatchRequestEntries[].MessageGroupId string
PublishBatch.out Successful list
PublishBatch.out Successful[].Id string
PublishBatch.out Successful[].MessageId string
PublishBatch.out Successful[].SequenceNumber string
PublishBatch.out Failed list
PublishBatch.out Failed[].Id string required
PublishBatch.out Failed[].Code string required
PublishBatch.out Failed[].Message string
PublishBatch.out Failed[].SenderFault boolean required
PutDataProtectionPolicy.in ResourceArn string required
PutDataProtectionPolicy.in DataProtectionPolicy string required
RemovePermission.in TopicArn string required
RemovePermission.in Label string required
SetSubscriptionAttributes.in SubscriptionArn string required
SetSubscriptionAttributes.in AttributeName string required
SetSubscriptionAttributes.in AttributeValue string
SetTopicAttributes.in TopicArn string required
SetTopicAttributes.in AttributeName string required
SetTopicAttributes.in AttributeValue string
Subscribe.in TopicArn string required
Subscribe.in Protocol string required
Subscribe.in Endpoint string
Subscribe.in Attributes map (key,value)
Subscribe.in ReturnSubscriptionArn boolean
Subscribe.out SubscriptionArn string
TagResource.in ResourceArn string required
TagResource.in Tags list required
TagResource.in Tags[].Key string required
TagResource.in Tags[].Value string required
Unsubscribe.in SubscriptionArn string required
UntagResource.in ResourceArn string required
UntagResource.in TagKeys list required
)";

}  // namespace mailrail::sns
