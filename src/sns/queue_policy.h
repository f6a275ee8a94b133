// A queue's policy, as it meets a topic: whether the queue takes what the topic sends.
//
// It is asked as AWS asks it: may the service sns.amazonaws.com do sqs:SendMessage, on behalf of
// that topic and its account. A queue without a policy takes everything from topics of its own
// account, unless the engine is strict, and nothing from those of another one.

#pragma once

#include "engine/engine.h"

namespace mailrail::sns {

enum class QueuePolicy { lets_in, keeps_out };

QueuePolicy policy_towards(engine::Engine& engine,
                           const engine::Queue& queue,
                           const engine::TopicName& topic);

}  // namespace mailrail::sns
