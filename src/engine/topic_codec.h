// How topics and subscriptions lie on disk: the fields of their facts and checkpoint records, one
// function out and one in for each, like those of field_codec.h. What is read is never trusted.

#pragma once

#include "base/bytes.h"
#include "engine/checkpoint.h"
#include "engine/topic_facts.h"

namespace mailrail::engine::fields {

void write_fields(ByteWriter& out, const TopicCreated& fact);
void write_fields(ByteWriter& out, const TopicChanged& fact);
void write_fields(ByteWriter& out, const TopicDeleted& fact);
void write_fields(ByteWriter& out, const SubscriptionCreated& fact);
void write_fields(ByteWriter& out, const SubscriptionChanged& fact);
void write_fields(ByteWriter& out, const SubscriptionConfirmed& fact);
void write_fields(ByteWriter& out, const SubscriptionDeactivated& fact);
void write_fields(ByteWriter& out, const SubscriptionDeleted& fact);
void write_fields(ByteWriter& out, const Published& fact);
void write_fields(ByteWriter& out, const SharedBodyRelocated& fact);
void write_fields(ByteWriter& out, const SharedBodyDamaged& fact);
void write_fields(ByteWriter& out, const SigningKeySet& fact);
void write_fields(ByteWriter& out, const KeptTopic& record);
void write_fields(ByteWriter& out, const KeptSubscription& record);
void write_fields(ByteWriter& out, const KeptSigningKey& record);

TopicCreated read_topic_created(ByteReader& in);
TopicChanged read_topic_changed(ByteReader& in);
TopicDeleted read_topic_deleted(ByteReader& in);
SubscriptionCreated read_subscription_created(ByteReader& in);
SubscriptionChanged read_subscription_changed(ByteReader& in);
SubscriptionConfirmed read_subscription_confirmed(ByteReader& in);
SubscriptionDeactivated read_subscription_deactivated(ByteReader& in);
SubscriptionDeleted read_subscription_deleted(ByteReader& in);
SigningKeySet read_signing_key_set(ByteReader& in);
Published read_published(ByteReader& in);
KeptTopic read_topic(ByteReader& in);
KeptSubscription read_subscription(ByteReader& in);
KeptSigningKey read_signing_key(ByteReader& in);

}  // namespace mailrail::engine::fields
