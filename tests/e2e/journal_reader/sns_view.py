"""What tools/journal.py prints of topics and subscriptions, in the words of SNS."""

ARN = "arn:aws:sns:us-east-1:000000000000:"
SCOPES = ["MessageAttributes", "MessageBody"]


def arn_of(topic):
    return ARN + topic["name"].rpartition("/")[2]


def as_sns_shows_topic(topic, subscriptions):
    """Those attributes that follow from what is stored, as GetTopicAttributes has them."""
    own = [each for each in subscriptions if each["topic"] == topic["topic"]]
    shown = {"TopicArn": arn_of(topic), "SubscriptionsDeleted": str(topic["deleted_subscriptions"])}
    shown["SubscriptionsConfirmed"] = str(sum(each["state"] for each in own))
    shown["SubscriptionsPending"] = str(sum(1 - each["state"] for each in own))
    if topic["attributes"]["fifo"]:
        shown["FifoTopic"] = "true"
        shown["ContentBasedDeduplication"] = ["false", "true"][topic["attributes"]["content_based_deduplication"]]
    return shown | topic["attributes"]["kept"]


def as_sns_shows_subscription(subscription, topics):
    """Likewise, as GetSubscriptionAttributes has them."""
    attributes = subscription["attributes"]
    [topic] = [each for each in topics if each["topic"] == subscription["topic"]]
    shown = {"TopicArn": arn_of(topic), "Endpoint": subscription["endpoint"]}
    shown["RawMessageDelivery"] = ["false", "true"][attributes["raw"]]
    shown["PendingConfirmation"] = ["true", "false"][subscription["state"]]
    if attributes["filter_policy"]:
        shown |= {"FilterPolicy": attributes["filter_policy"], "FilterPolicyScope": SCOPES[attributes["filter_scope"]]}
    return shown | attributes["kept"]
