#include "sim/model_scripts.h"

#include <cstdint>
#include <ostream>

namespace mailrail::sim {
namespace {

rc::Gen<int> below(int bound) { return rc::gen::resize(100, rc::gen::inRange(0, bound)); }

rc::Gen<Step> any_step() {
  const auto one_in_eight = rc::gen::map(below(8), [](int number) { return number == 7 ? 1 : 0; });
  const auto one_in_hundred =
      rc::gen::map(below(100), [](int number) { return number == 99 ? 1 : 0; });
  // What empties a queue is rare, or little else would happen.
  const auto action = rc::gen::weightedOneOf<int>({{12, below(26)}, {1, below(29)}});
  return rc::gen::build<Step>(
      rc::gen::set(&Step::pause, below(23)), rc::gen::set(&Step::boundary, below(16)),
      rc::gen::set(&Step::action, action), rc::gen::set(&Step::queue, below(6)),
      rc::gen::set(&Step::group, below(3)), rc::gen::set(&Step::deduplication_id, below(5)),
      rc::gen::set(&Step::attempt, below(4)), rc::gen::set(&Step::count_max, below(4)),
      rc::gen::set(&Step::timeout, below(4)), rc::gen::set(&Step::delay, below(5)),
      rc::gen::set(&Step::handle, below(6)), rc::gen::set(&Step::attributes, below(144)),
      rc::gen::set(&Step::sweeps, below(2)), rc::gen::set(&Step::restarts, one_in_eight),
      rc::gen::set(&Step::damages, one_in_hundred), rc::gen::set(&Step::topic, below(16)));
}

// Around some of the steps that redrive: messages that die, so that it finds something; a
// receive that holds one of them; then another start, its end, or that of where they came from.
std::vector<Step> with_dead_letters(const std::vector<Step>& steps) {
  std::vector<Step> more;
  const auto add = [&](Action action, Step step) {
    step.action = letter_of(action);
    more.push_back(step);
  };
  for (const Step& each : steps) {
    const bool is_redrive = each.action == letter_of(Action::start_move_task) ||
                            each.action == letter_of(Action::redrive_messages);
    const bool is_start = is_redrive && each.group > 0;
    if (!is_start) {
      more.push_back(each);
      continue;
    }
    const int source = each.queue % 2;
    const int target = source + 2;
    // What is received once is dead, and with the second number its conversation is parked.
    const int once[] = {1, 73};
    if (each.attempt % 2 == 0 || each.handle == 0)
      add(Action::change_queue,
          {.queue = source, .attributes = once[each.handle % 2], .sweeps = 1});
    for (int i = 0; i < 4; ++i) add(Action::send, {.queue = source, .group = i, .sweeps = 1});
    for (int i = 0; i < 3; ++i)
      add(Action::receive, {.queue = source, .count_max = 1, .timeout = 1});
    if (each.handle == 0) {
      add(Action::change_queue, {.queue = target, .attributes = once[1], .sweeps = 1});
      for (int i = 0; i < 2; ++i)
        add(Action::receive, {.queue = target, .count_max = 1, .timeout = 1});
    }
    if (each.attempt == 3) add(Action::receive, {.queue = target, .timeout = 3});
    more.push_back(each);
    if (each.handle == 0) add(Action::count, {.queue = target});
    if (each.handle == 2) more.push_back(each);
    if (each.handle == 4) add(Action::cancel_move_task, {.queue = source});
    if (each.handle == 3 || each.handle == 5)
      add(Action::delete_queue, {.queue = source, .sweeps = 1});
  }
  return more;
}

}  // namespace

rc::Gen<Script> any_script() {
  const auto steps = rc::gen::container<std::vector<Step>>(any_step());
  return rc::gen::build<Script>(
      rc::gen::set(&Script::attributes, below(144)),
      rc::gen::set(&Script::steps, rc::gen::map(steps, with_dead_letters)));
}

const std::vector<Script>& some_scripts() {
  static const std::vector<Script> scripts = [] {
    std::vector<Script> made;
    for (std::uint64_t seed = 1; seed <= 300; ++seed)
      made.push_back(any_script()(rc::Random(seed), script_steps_max).value());
    return made;
  }();
  return scripts;
}

Script with_purges(Script script) {
  for (Step& each : script.steps) {
    if (each.handle == 5) each.action = letter_of(Action::purge_queue);
  }
  return script;
}

// What a step says when all of its numbers stand together, without those that are zero.
void showValue(const Step& step, std::ostream& out) {
  const auto show = [&](const char* name, int number) {
    if (number != 0) out << name << " " << number << " ";
  };
  show("pause", step.pause);
  show("boundary", step.boundary);
  show("action", step.action);
  show("queue", step.queue);
  show("group", step.group);
  show("deduplication_id", step.deduplication_id);
  show("attempt", step.attempt);
  show("count_max", step.count_max);
  show("timeout", step.timeout);
  show("delay", step.delay);
  show("handle", step.handle);
  show("attributes", step.attributes);
  show("sweeps", step.sweeps);
  show("restarts", step.restarts);
  show("damages", step.damages);
  show("topic", step.topic);
}

void showValue(const Script& script, std::ostream& out) {
  out << "attributes " << script.attributes;
  for (const Step& each : script.steps) {
    out << "\n  ";
    showValue(each, out);
  }
}

}  // namespace mailrail::sim
