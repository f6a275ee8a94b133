// `mailrail topics`: the commands that list, show, make and remove topics, publish to them and
// subscribe to them.
//
// Each says in its help what it does. What removes a topic asks first.

#pragma once

#include "cli/command.h"

namespace mailrail::cli {

Command add_topics_ls(CLI::App& app);
Command add_topics_show(CLI::App& app);
Command add_topics_create(CLI::App& app);
Command add_topics_publish(CLI::App& app);
Command add_topics_subscribe(CLI::App& app);
Command add_topics_unsubscribe(CLI::App& app);
Command add_topics_rm(CLI::App& app);
Command add_test_filter(CLI::App& app);

}  // namespace mailrail::cli
