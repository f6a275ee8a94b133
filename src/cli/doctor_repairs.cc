#include "cli/doctor_repairs.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "cli/printable.h"
#include "cli/references.h"
#include "sqs/queue_shapes.h"

namespace mailrail::cli {
namespace {

using client::Service;

Result<void> carry_out(const ops::Repair& repair, Session& session) {
  if (repair.what == ops::Repair::What::create_queue) {
    sqs::CreateQueueInput input{
        .queue_name = repair.queue, .attributes = {{repair.attribute, repair.value}}, .tags = {}};
    if (is_fifo(repair.queue)) input.attributes["FifoQueue"] = "true";
    TRY(session.client.ask<sqs::CreateQueueOutput>(Service::sqs, "CreateQueue", input));
    return {};
  }
  const sqs::SetQueueAttributesInput input{
      .queue_url = TRY(queue_url_of(session.client, repair.queue)),
      .attributes = {{repair.attribute, repair.value}}};
  TRY(session.client.ask(Service::sqs, "SetQueueAttributes", input));
  return {};
}

}  // namespace

std::vector<DoneRepair> carry_out(const std::vector<ops::Repair>& repairs, Session& session) {
  std::vector<DoneRepair> done;
  for (const ops::Repair& each : repairs) {
    DoneRepair& one = done.emplace_back(DoneRepair{.repair = each});
    if (const Result<void> result = carry_out(each, session); !result) one.error = result.error();
  }
  return done;
}

void print(const std::vector<DoneRepair>& done) {
  for (const DoneRepair& each : done) {
    fmt::print("{:<8} {}\n", each.error ? "failed" : "done",
               printable(ops::command_of(each.repair)));
    if (each.error) fmt::print("         {}\n", printable(each.error->message));
  }
}

boost::json::array array_of(const std::vector<DoneRepair>& done) {
  boost::json::array array;
  for (const DoneRepair& each : done) {
    boost::json::object object{{"Command", ops::command_of(each.repair)},
                               {"QueueName", each.repair.queue},
                               {"Outcome", each.error ? "Failed" : "Done"}};
    if (each.error) object["Error"] = each.error->message;
    array.push_back(std::move(object));
  }
  return array;
}

}  // namespace mailrail::cli
