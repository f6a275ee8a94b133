#include "sqs/dead_letter_sources.h"

namespace mailrail::sqs {

ListDeadLetterSourceQueues::Prepared ListDeadLetterSourceQueues::prepare(
    Input input, const api::Context& context) {
  return {.queue = TargetQueue(input.queue_url, context),
          .page = page_request(input.max_results, input.next_token),
          .caller = context.caller};
}

api::Asked<Page> ListDeadLetterSourceQueues::decide(engine::Engine& engine,
                                                    engine::Turn&,
                                                    Prepared& prepared) {
  TRY(prepared.queue.find(engine));
  if (!prepared.page) return std::unexpected(prepared.page.error());
  const engine::QueueName& target = prepared.queue.name;
  return page_of(engine, *prepared.page, target, "", [&](const engine::Queue& each) {
    return each.is_source_of(target) && may_see(prepared.caller, each);
  });
}

Result<ListDeadLetterSourceQueuesOutput> ListDeadLetterSourceQueues::finish(
    const Decided& page,
    const Prepared& prepared,
    const api::Context& context,
    const api::Bodies&) {
  return Output{.queue_urls = queue_urls(context, page),
                .next_token = next_token(*prepared.page, page)};
}

}  // namespace mailrail::sqs
